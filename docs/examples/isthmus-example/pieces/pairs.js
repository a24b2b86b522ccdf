/**
 * A reader of lines of pairs, "user=ann;film=alien;stars=4", each of which ends with a line end. The names of the first
 * line are the columns.
 */
const decoder = () => new TextDecoder('utf-8', { fatal: true });

async function* linesOf(file) {
  const text = decoder();
  let rest = '';
  for await (const bytes of await file.bytes()) {
    const lines = (rest + text.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop();
    yield* lines;
  }
  if (rest + text.decode() !== '') throw new Error('the last line has no end: the file is cut off');
}

function pairsOf(line) {
  const pairs = line.split(';').map((pair) => pair.split('='));
  return pairs.every((pair) => pair.length === 2) ? new Map(pairs) : undefined;
}

export const pairs = {
  async columns(file) {
    for await (const line of linesOf(file)) {
      const first = pairsOf(line);
      if (first === undefined) throw new Error('its first line does not consist of name=value pairs');
      return [...first.keys()];
    }
    throw new Error('it has no line');
  },

  async read(file, { person, item, rating, timestamp }, sink, signal) {
    const field = (row, column) => (column === null ? undefined : row.get(column));
    let number = 0;
    for await (const line of linesOf(file)) {
      signal?.throwIfAborted();
      number += 1;
      const row = pairsOf(line);
      if (row === undefined) sink.bad(number, 'not name=value pairs');
      else sink.row(number, field(row, person), field(row, item), field(row, rating), field(row, timestamp));
    }
  },
};
