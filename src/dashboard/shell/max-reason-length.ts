/** Characters of what somebody gives as the reason of a command: fields take no more, and forms with more are refused. */
export const MAX_REASON_LENGTH = 500;
