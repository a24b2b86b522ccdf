/** Settings of the bench as titles. */

const NUMBERS: Readonly<Record<string, string>> = { 1: 'one', 3: 'three', 5: 'five' };

const notes: Readonly<Record<string, (value: string) => string>> = {
  after: (count) => `${NUMBERS[count] ?? count} known ${count === '1' ? 'item' : 'items'}`,
  met: (count) => `persons with ${NUMBERS[count] ?? count} ${count === '1' ? 'item' : 'items'} on a source`,
  unlinked: (source) => `no linked person on ${source}`,
};

/** @param setting as `bench/strategies.ts` names it, such as `food-kitchen after 3` */
export function settingTitle(setting: string): string {
  const [platforms, ...words] = setting.split(' ');
  const pairs = platforms.replaceAll('+', ' + ').replace('-', ' -> ');
  const noted = words.flatMap((word, at) => (at % 2 === 0 ? [notes[word](words[at + 1])] : []));
  return [pairs, ...noted].join(', ');
}
