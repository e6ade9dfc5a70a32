// Offers, below a search field, what may come at its cursor. The field's data-complete is the address that tells what that is:
// { from, to, options }, places in the text and what may stand between them.

const known = new WeakSet();

/** Call it when the field has the focus; for one that it was called for it does nothing. */
export function completeWhileTyping(input) {
  if (known.has(input)) return;
  known.add(input);
  const box = new OptionsBox(input);
  input.addEventListener('input', () => box.unchoose());
  for (const event of ['input', 'focus', 'click']) input.addEventListener(event, () => box.offer());
  input.addEventListener('blur', () => box.close());
  input.form.addEventListener('submit', () => {
    input.value = withOffsets(input.value);
  });
  input.addEventListener('keydown', (event) => {
    if (box.take(event.key)) event.preventDefault();
    else if (event.key === 'Escape') input.blur();
  });
  box.offer();
}

class OptionsBox {
  #input;
  #list = document.createElement('ul');
  #place = { from: 0, to: 0 };
  /** Counts what was asked for, so that a late answer is not shown. */
  #asked = 0;
  /** Which of those the options shown are for: while it is not the last, more has been typed than they know of. */
  #shown = 0;

  constructor(input) {
    this.#input = input;
    const { options: label } = input.dataset;
    Object.assign(this.#list, { id: 'search-options', className: 'options' });
    Object.assign(this.#list, { role: 'listbox', ariaLabel: label });
  }

  async offer() {
    this.#asked += 1;
    const mine = this.#asked;
    const { value, selectionStart, dataset } = this.#input;
    const query = new URLSearchParams({ q: value, at: String(selectionStart) });
    const answer = await fetch(`${dataset.complete}?${query}`).catch(() => undefined);
    if (mine !== this.#asked || !answer?.ok) return;
    const found = await answer.json();
    if (mine !== this.#asked) return;
    this.#shown = mine;
    this.#show(found);
  }

  /** What was chosen belongs to the text as it was, until the options for the new one are here. */
  unchoose() {
    for (const option of this.#options) option.ariaSelected = 'false';
    this.#input.removeAttribute('aria-activedescendant');
  }

  close() {
    this.#asked += 1;
    this.#list.remove();
    this.#input.ariaExpanded = 'false';
    this.#input.removeAttribute('aria-activedescendant');
  }

  /** Whether the key was meant for the options. */
  take(key) {
    if (!this.#list.isConnected) return false;
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
    const chosen = others.indexOf(
      this.#options.find(({ ariaSelected }) => ariaSelected === 'true')?.textContent,
    );
    this.#list.replaceChildren(...others.map((text, at) => this.#option(text, at)));
    Object.assign(this.#input, { role: 'combobox', ariaAutoComplete: 'list', ariaExpanded: 'true' });
    this.#input.setAttribute('aria-controls', this.#list.id);
    this.#input.removeAttribute('aria-activedescendant');
    // Only while it is shown: a page that is drawn anew takes away what was not drawn with it.
    this.#input.after(this.#list);
    if (chosen >= 0) this.#choose(chosen); // while its answer was on the way
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
    const { from } = this.#place;
    const to = this.#shown === this.#asked ? this.#place.to : (this.#input.selectionEnd ?? from);
    const isDone = text.endsWith(':') || this.#input.value.slice(to).startsWith(' ');
    this.#input.setRangeText(isDone ? text : `${text} `, from, to, 'end');
    this.close(); // else the next Enter would take it once more, in place of searching
    this.offer();
  }
}

/** Quoted texts, in which nothing is an instant, and days and times of conditions that have no offset. */
const TIMES =
  /"(?:[^"\\]|\\.)*"|(?<=^|\s)((?:finished-)?(?:since|until):)(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(?=\s|$)/g;

/** The search with its times in the reader's zone, if that was chosen: without an offset they are in UTC. */
function withOffsets(text) {
  if (localStorage.getItem('howdah.zone') !== 'own') return text;
  return text.replace(TIMES, (piece, key, day, time = '00:00') => {
    if (!key) return piece;
    const minutes = -new Date(`${day}T${time}`).getTimezoneOffset();
    return Number.isNaN(minutes) ? piece : `${key}${day}T${time}${offset(minutes)}`;
  });
}

function offset(minutes) {
  const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const [before, behind] = [hours, rest].map((each) => String(each).padStart(2, '0'));
  return `${minutes < 0 ? '-' : '+'}${before}:${behind}`;
}
