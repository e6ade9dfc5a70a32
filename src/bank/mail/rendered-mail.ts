/** The words of a mail: what it says, apart from who gets it. */
export interface RenderedMail {
  /** One line. */
  subject: string;
  /** Says everything the HTML says. */
  text: string;
  /** A whole HTML document. */
  html: string;
}
