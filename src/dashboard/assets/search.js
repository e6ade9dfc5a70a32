// Offers, below a search field, what may come at its cursor. The field's data-complete is the address that tells what that is:
// { from, to, options }, places in the text and what may stand between them.

/** Call it once for a field. */
export function completeWhileTyping(input) {
  const box = new OptionsBox(input);
  input.addEventListener('input', () => box.offer());
  input.addEventListener('focus', () => box.offer());
  input.addEventListener('click', () => box.offer());
  input.addEventListener('blur', () => box.close());
  input.addEventListener('keydown', (event) => {
    if (box.take(event.key)) event.preventDefault();
    else if (event.key === 'Escape') input.blur();
  });
}

class OptionsBox {
  #input;
  #list = document.createElement('ul');
  #place = { from: 0, to: 0 };
  /** Counts what was asked for, so that a late answer is not shown. */
  #asked = 0;

  constructor(input) {
    this.#input = input;
    const { options: label } = input.dataset;
    Object.assign(this.#list, { id: 'search-options', className: 'options', hidden: true });
    Object.assign(this.#list, { role: 'listbox', ariaLabel: label });
    Object.assign(input, { role: 'combobox', ariaAutoComplete: 'list', ariaExpanded: 'false' });
    input.setAttribute('aria-controls', this.#list.id);
    input.after(this.#list);
  }

  async offer() {
    this.#asked += 1;
    const mine = this.#asked;
    const { value, selectionStart, dataset } = this.#input;
    const query = new URLSearchParams({ q: value, at: String(selectionStart) });
    const answer = await fetch(`${dataset.complete}?${query}`).catch(() => undefined);
    if (mine !== this.#asked || !answer?.ok) return;
    const found = await answer.json();
    if (mine === this.#asked) this.#show(found);
  }

  close() {
    this.#asked += 1;
    this.#list.hidden = true;
    this.#input.ariaExpanded = 'false';
    this.#input.removeAttribute('aria-activedescendant');
  }

  /** Whether the key was meant for the options. */
  take(key) {
    if (this.#list.hidden) return false;
    const at = this.#options.findIndex(({ ariaSelected }) => ariaSelected === 'true');
    if (key === 'Escape') this.close();
    else if (key === 'ArrowDown') this.#choose(at + 1);
    else if (key === 'ArrowUp') this.#choose(at <= 0 ? -1 : at - 1);
    else if ((key === 'Enter' || key === 'Tab') && at >= 0) this.#accept(this.#options[at].textContent);
    else return false;
    return true;
  }

  get #options() {
    return [...this.#list.children];
  }

  #show({ from, to, options }) {
    this.#place = { from, to };
    const written = this.#input.value.slice(from, to);
    const others = options.filter((text) => text !== written);
    if (others.length === 0) return this.close();
    this.#list.replaceChildren(...others.map((text, at) => this.#option(text, at)));
    this.#list.hidden = false;
    this.#input.ariaExpanded = 'true';
    this.#input.removeAttribute('aria-activedescendant');
  }

  #option(text, at) {
    const option = document.createElement('li');
    Object.assign(option, { id: `search-option-${at}`, role: 'option', ariaSelected: 'false' });
    option.textContent = text;
    option.addEventListener('mousedown', (event) => {
      event.preventDefault(); // the field keeps the focus
      this.#accept(text);
    });
    return option;
  }

  #choose(at) {
    const options = this.#options;
    const chosen = options.at(at % options.length);
    for (const option of options) option.ariaSelected = String(option === chosen);
    this.#input.setAttribute('aria-activedescendant', chosen.id);
    chosen.scrollIntoView({ block: 'nearest' });
  }

  /** Behind a value comes the next part; behind a key its value. */
  #accept(text) {
    const { from, to } = this.#place;
    const isDone = text.endsWith(':') || this.#input.value.slice(to).startsWith(' ');
    this.#input.setRangeText(isDone ? text : `${text} `, from, to, 'end');
    this.offer();
  }
}
