import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import { readJson } from '../parts/read-json.ts';
import type { Form } from '../shell/take-command.ts';
import type { View } from '../shell/view.ts';

/** A JSON Schema, as far as a form is made from it. */
type Schema = Readonly<Record<string, unknown>>;

/** How a member is asked for; what no simple field can hold is asked for as JSON. */
type Kind = 'text' | 'number' | 'choice' | 'json';

interface Member {
  name: string;
  kind: Kind;
  isRequired: boolean;
  description: string | undefined;
  choices: readonly string[];
}

const WHOLE = 'payload';

/** Fields for each member of the payload, or one for the whole where the schema names no members. */
export function payloadFields(view: View, schema: Schema, given: Form | undefined): Html {
  const members = membersOf(schema);
  if (!members) {
    return html`<label for="${WHOLE}">${view.texts.tasks.payload}</label>
<textarea id="${WHOLE}" name="${WHOLE}" spellcheck="false">${given?.optional(WHOLE) ?? '{}'}</textarea>`;
  }
  return html`${members.map((member) => {
    const id = fieldOf(member.name);
    const value = given?.optional(id) ?? '';
    return html`<label for="${id}">${member.name}${member.isRequired ? ' *' : ''}</label>
${input(member, { id, value })}
${member.description === undefined ? '' : html`<p class="quiet">${member.description}</p>`}`;
  })}`;
}

/**
 * The payload that a form has; a field that is empty is a member that is not there. Numbers keep every digit.
 *
 * @throws {HowdahError} `invalid_payload` for JSON that is none
 */
export function readPayload(schema: Schema, form: Form): unknown {
  const members = membersOf(schema);
  if (!members) return readJson('payload', form.optional(WHOLE) ?? '{}');
  const entries = members.flatMap((member) => {
    const text = form.optional(fieldOf(member.name));
    return text === undefined ? [] : [[member.name, toValue(member, text)] as const];
  });
  return Object.fromEntries(entries);
}

function toValue({ name, kind, choices }: Member, text: string): unknown {
  if (kind === 'text') return text;
  if (kind === 'choice') return choices.includes(text) ? JSON.parse(text) : text;
  if (kind === 'number') return /^-?\d/.test(text) ? readJson(`payload.${name}`, text) : text;
  return readJson(`payload.${name}`, text);
}

/** Undefined where the payload is no object with members that are known. */
function membersOf(schema: Schema): Member[] | undefined {
  const { type, properties, required } = schema;
  if (type !== 'object' || typeof properties !== 'object' || properties === null) return undefined;
  const names = Object.entries(properties as Record<string, Schema>);
  if (names.length === 0 || names.some(([name]) => name === '__proto__')) return undefined;
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
  const members = names.map(([name, member]) => ({
    name,
    isRequired: isRequired(name),
    description: typeof member['description'] === 'string' ? member['description'] : undefined,
    ...kindOf(member),
  }));
  // The database keeps the members of an object by their lengths: what has to be there comes first.
  return members.toSorted((a, b) => Number(b.isRequired) - Number(a.isRequired));
}

/** Choices are written as JSON, so that the text `1` is not the number. */
function kindOf({ type, enum: values }: Schema): Pick<Member, 'kind' | 'choices'> {
  if (Array.isArray(values)) return { kind: 'choice', choices: values.map((value) => JSON.stringify(value)) };
  if (type === 'boolean') return { kind: 'choice', choices: ['true', 'false'] };
  if (type === 'string') return { kind: 'text', choices: [] };
  return { kind: type === 'integer' || type === 'number' ? 'number' : 'json', choices: [] };
}

function input({ kind, isRequired, choices }: Member, { id, value }: { id: string; value: string }): Html {
  const required = isRequired ? html`required` : '';
  if (kind === 'choice') {
    return html`<select id="${id}" name="${id}" ${required}><option value=""></option>${choices.map(
      (choice) =>
        html`<option value="${choice}" ${choice === value ? html`selected` : ''}>${choice.replace(/^"|"$/g, '')}</option>`,
    )}</select>`;
  }
  if (kind === 'json')
    return html`<textarea id="${id}" name="${id}" spellcheck="false" placeholder="JSON" ${required}>${value}</textarea>`;
  return html`<input id="${id}" name="${id}" value="${value}" ${kind === 'number' ? html`inputmode="decimal"` : ''} ${required}>`;
}

function fieldOf(member: string): string {
  return `payload.${member}`;
}
