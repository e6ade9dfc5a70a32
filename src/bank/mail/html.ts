const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup that is safe to embed; only the `html` tag makes it. */
export class Html {
  readonly #markup: string;

  constructor(strings: TemplateStringsArray, values: readonly HtmlValue[]) {
    this.#markup = String.raw({ raw: strings }, ...values.map(embed));
  }

  toString(): string {
    return this.#markup;
  }
}

/** What a template may hold: text and numbers are escaped, `Html` is embedded as it is. */
export type HtmlValue = string | number | Html;

/**
 * Markup with every value escaped, for element content and for attributes in quotes. It does not judge where a value
 * ends up: keep values out of `<script>`, `<style>` and unquoted attributes.
 */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(strings, values);
}

function embed(value: HtmlValue): string {
  return value instanceof Html ? value.toString() : escapeText(String(value));
}

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
