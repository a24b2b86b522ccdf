import { Command } from 'commander';
import type { Preview, PreviewedConsent, PreviewedItem } from '../../client/releases/preview.ts';
import { previewSchema } from '../../client/schemas.ts';
import { askAgent } from '../../client/serving/local-client.ts';
import { personId, text } from '../arguments.ts';

interface PreviewOptions {
  readonly state: string;
  readonly person: string;
  readonly target: string;
  readonly json?: boolean;
}

/** Items that the text shows; the document has all. */
const ITEMS_SHOWN = 10;

export function consentPreviewCommand(): Command {
  return new Command('preview')
    .description('show what a target would be told about a person, and which items of the history count most in it')
    .requiredOption('--state <dir>', "the platform's state directory", text)
    .requiredOption('--person <id>', "the platform's own id of the person", personId)
    .requiredOption('--target <platform>', 'platform that would receive it', text)
    .option('--json', 'print one JSON document, with all numbers and items')
    .addHelpText(
      'after',
      `
Asks the running agent of the platform that knows the person. Nothing leaves the platform, no code is drawn and no consent is
recorded. No target can ask for this, and none is told which items count.

Examples:
  isthmus consent preview --state films-state --person p000123 --target books
  isthmus consent preview --state films-state --person p000123 --target books --json`,
    )
    .action(preview);
}

async function preview({ state, person, target, json }: PreviewOptions): Promise<void> {
  const query = new URLSearchParams({ person, target });
  const answer = previewSchema.parse(await askAgent(state, { method: 'GET', path: `/v1/preview?${query.toString()}` }));
  process.stdout.write(json === true ? `${JSON.stringify(answer, null, 1)}\n` : previewText(answer));
}

/** The answer as text for a terminal. */
export function previewText(answer: Preview): string {
  const { bound, claim, consents, source, target, warnings } = answer;
  if (bound === 'nothing-sent') {
    return [...warnings, `${source} tells ${target} nothing about this person.`, claim, ''].join('\n');
  }
  return [
    ...warnings,
    `${source} would tell ${target} about this person ${toldText(answer)}.`,
    claim,
    '',
    ...(consents.some(({ inForce }) => inForce) ? [] : [`Nothing is sent now: no consent to ${target} is in force.`]),
    ...consents.map((consent) => consentText(consent, answer)),
    '',
    ...itemsText(answer),
    'Nothing left the platform for this answer.',
    '',
  ].join('\n');
}

function toldText({ bits, bound, epsilon0, numbers, release, target }: Preview): string {
  const form = `${numbers} numbers, at most ${bits} bits (release ${release})`;
  if (bound !== 'epsilon0') return form;
  return `only a random code of the representation: ${form}, with epsilon0 ${epsilon0 ?? 'unbounded'}. The figures below are of the representation before the code, which ${target} does not receive`;
}

function consentText({ also = [], epoch, expires, inForce }: PreviewedConsent, { needs }: Preview): string {
  const until = new Date(expires * 1000).toISOString().slice(0, 10);
  const purposes = also.length === 0 ? 'a representation' : `a representation, ${also.join(', ')}`;
  const lacking = needs.filter((purpose) => !also.includes(purpose));
  const why = lacking.length > 0 ? `it does not name ${lacking.join(', ')}` : 'it has expired';
  return `Consent of epoch ${epoch}, until ${until}, for ${purposes}: ${inForce ? 'in force' : `not in force, ${why}`}.`;
}

function itemsText({ history, items, target }: Preview): readonly string[] {
  const shown = items.slice(0, ITEMS_SHOWN);
  const [{ influence, weight }] = items;
  const sent = items.some((item) => item.sent === true);
  const width = Math.max(4, ...shown.map(({ item }) => item.length));
  const head = `${influence === undefined ? '' : 'influence  '}${weight === undefined ? '' : 'weight  '}${'item'.padEnd(width)}`;
  return [
    `The items that count most, ${shown.length} of the latest ${items.length} in a history of ${history}:`,
    head.trimEnd(),
    ...shown.map((item) => itemText(item, width)),
    '',
    ...(influence === undefined
      ? []
      : ['influence: 1 minus the cosine between the representations with and without the item.']),
    ...(weight === undefined ? [] : ['weight: how much the encoder itself weighs the item; of the whole history, 1.']),
    ...(sent ? [`${target} receives the latest items themselves (sent).`] : []),
    `${target} is told none of these figures.`,
  ];
}

function itemText({ influence, item, sent, title = '', weight }: PreviewedItem, width: number): string {
  return [
    ...(influence === undefined ? [] : [influence.toFixed(4).padStart(9)]),
    ...(weight === undefined ? [] : [weight.toFixed(4).padStart(6)]),
    item.padEnd(width),
    title,
    sent === true ? '(sent)' : '',
  ]
    .join('  ')
    .trimEnd();
}
