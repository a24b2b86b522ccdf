/**
 * A pre-trained sentence model from a folder: `model.onnx`, which gives a vector for each token of a text, and `tokenizer.json`. The
 * vector of a text is the mean over its tokens, scaled to length 1 (Reimers and Gurevych, EMNLP 2019, section 3).
 *
 * One text is run at a time. Models of 8-bit integers scale their numbers by all texts of a batch, so the vector of a title
 * would depend on its neighbours (measured: a cosine of .985 to .993 between batches of 1 and of 32), and on one thread a batch is no faster.
 * @module
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../core/data/errors.ts';
import { codeOf, messageOf } from '../../core/errors/coded-error.ts';
import { systemReason } from '../../host/files.ts';

export interface SentenceModel {
  /** SHA-256 of model.onnx and of tokenizer.json, in hex. */
  readonly files: { readonly model: string; readonly tokenizer: string };
  /** Length of a vector. */
  readonly width: number;
  /** @throws DataError DATA_MODEL if the model does not give finite numbers. */
  vectorOf(text: string): Promise<Float32Array>;
  close(): Promise<void>;
}

// The parts of the optional packages that are used here. Their own types may be absent.
interface Tensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
  dispose(): void;
}
interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  release(): Promise<void>;
}
interface Runtime {
  readonly env: { logLevel?: string; readonly wasm: { numThreads?: number } };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => Tensor;
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
}
interface Tokenizer {
  encode(text: string): { readonly ids: readonly number[] };
}
interface Tokenizers {
  readonly Tokenizer: new (tokenizer: object, config: object) => Tokenizer;
}

const RUNTIME: string = 'onnxruntime-web';
const TOKENIZERS: string = '@huggingface/tokenizers';

/** Tokens of a text that are read where the tokenizer names no limit: as many as BERT has places for. */
const MOST_TOKENS = 512;

type Output = 'last_hidden_state' | (string & {});

/** @throws DataError DATA_MODEL about the folder; DATA_OPTION if an optional package is not installed. */
export async function openSentenceModel(folder: string): Promise<SentenceModel> {
  const [model, tokenizer] = await filesOf(folder);
  const { Tokenizer } = (await optional(TOKENIZERS)) as Tokenizers;
  const { tokens, limit } = tokenizerOf(folder, tokenizer, Tokenizer);
  const runtime = (await optional(RUNTIME)) as Runtime;
  // Two threads were slower than one, and the warnings of the library are about speed.
  runtime.env.logLevel = 'fatal';
  runtime.env.wasm.numThreads = 1;
  const session = await sessionOf(folder, model, runtime);
  const vectorOf = async (text: string): Promise<Float32Array> => {
    const ids = truncated(tokens.encode(text).ids, limit);
    return pooled(folder, await outputOf(folder, session, runtime, ids), ids.length);
  };
  try {
    return {
      files: { model: sha256(model), tokenizer: sha256(tokenizer) },
      width: (await vectorOf('a title')).length,
      vectorOf,
      close: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function filesOf(folder: string): Promise<[Uint8Array, Uint8Array]> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => undefined,
  );
  if (isFolder === undefined) throw refused(folder, 'does not exist, or this user may not read it');
  if (!isFolder) throw refused(folder, 'is a file');
  const read = async (name: string): Promise<Uint8Array> => {
    try {
      return await readFile(join(folder, name));
    } catch (cause) {
      throw refused(folder, `has no ${name} that can be read: ${systemReason(cause)}`, cause);
    }
  };
  return [await read('model.onnx'), await read('tokenizer.json')];
}

async function optional(name: string): Promise<unknown> {
  try {
    return await import(name);
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new DataError(
      'DATA_OPTION',
      `sentence models need the package "${name}": npm install onnxruntime-web@1 @huggingface/tokenizers@0.2`,
      { cause: error },
    );
  }
}

function tokenizerOf(
  folder: string,
  bytes: Uint8Array,
  Tokenizer: Tokenizers['Tokenizer'],
): { readonly tokens: Tokenizer; readonly limit: number } {
  try {
    const document = JSON.parse(new TextDecoder().decode(bytes)) as {
      readonly truncation?: { readonly max_length?: unknown } | null;
    };
    const limit = document.truncation?.max_length;
    const tokens = new Tokenizer(document, {});
    if (tokens.encode('a title').ids.length === 0) throw new Error('it makes no tokens of a text');
    return { tokens, limit: typeof limit === 'number' && limit >= 2 ? limit : MOST_TOKENS };
  } catch (cause) {
    throw refused(folder, `has a tokenizer.json that cannot be used: ${messageOf(cause)}`, cause);
  }
}

/** The leading tokens, and the last one, which ends a text. The package does not cut by itself. */
function truncated(ids: readonly number[], limit: number): readonly number[] {
  return ids.length <= limit ? ids : [...ids.slice(0, limit - 1), ids[ids.length - 1]];
}

async function sessionOf(folder: string, model: Uint8Array, { InferenceSession }: Runtime): Promise<Session> {
  let session: Session;
  try {
    session = await InferenceSession.create(model, { executionProviders: ['wasm'] });
  } catch (cause) {
    throw refused(folder, `has a model.onnx that cannot be loaded: ${firstLine(cause)}`, cause);
  }
  const unknown = session.inputNames.filter((name) => !(name in INPUTS));
  if (unknown.length === 0 && session.inputNames.includes('input_ids')) return session;
  await session.release();
  throw refused(
    folder,
    `has a model.onnx with the inputs ${session.inputNames.join(', ')}, and a sentence model has ${Object.keys(INPUTS).join(', ')}`,
  );
}

/** The inputs of BERT and its kin: tokens, which of them count, and their part of the text. */
const INPUTS: Readonly<Record<string, (ids: readonly number[]) => BigInt64Array>> = {
  input_ids: (ids) => BigInt64Array.from(ids, BigInt),
  attention_mask: (ids) => new BigInt64Array(ids.length).fill(1n),
  token_type_ids: (ids) => new BigInt64Array(ids.length),
};

async function outputOf(
  folder: string,
  session: Session,
  { Tensor }: Runtime,
  ids: readonly number[],
): Promise<Tensor> {
  const feeds = Object.fromEntries(
    session.inputNames.map((name) => [name, new Tensor('int64', INPUTS[name](ids), [1, ids.length])]),
  );
  try {
    const outputs = await session.run(feeds);
    const name: Output = session.outputNames.includes('last_hidden_state')
      ? 'last_hidden_state'
      : session.outputNames[0];
    return outputs[name];
  } catch (cause) {
    throw refused(folder, `has a model.onnx that does not run: ${firstLine(cause)}`, cause);
  }
}

function pooled(folder: string, output: Tensor, tokens: number): Float32Array {
  const { data, dims, type } = output;
  const [texts, length, width = 0] = dims;
  if (!(data instanceof Float32Array) || dims.length !== 3 || texts !== 1 || length !== tokens || width < 2) {
    throw refused(
      folder,
      `has a model.onnx that gives ${type} [${dims.join(', ')}], and a sentence model gives float32 [texts, tokens, width]`,
    );
  }
  const sum = new Float64Array(width);
  for (let at = 0; at < data.length; at++) sum[at % width] += data[at];
  output.dispose();
  const norm = Math.hypot(...sum);
  if (!(norm > 0 && norm < Infinity)) throw refused(folder, 'has a model.onnx that gives numbers which are none');
  return Float32Array.from(sum, (value) => value / norm);
}

function refused(folder: string, why: string, cause?: unknown): DataError {
  const remedy = 'a model is a folder with model.onnx and tokenizer.json, as they are published together';
  return new DataError('DATA_MODEL', `${folder} ${why}; ${remedy}`, { cause });
}

const firstLine = (error: unknown): string => messageOf(error).split('\n')[0].slice(0, 300);

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
