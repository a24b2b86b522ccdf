/** The schemas of docs/schemas that are made from the code that checks the documents. */
import { z } from 'zod';
import { dataEmbedSchema } from '../cli/commands/data-embed.ts';
import { dataVocabularySchema } from '../cli/commands/data-vocabulary.ts';
import { strategiesSchema } from '../cli/commands/strategies.ts';
import { studySchema } from '../cli/commands/study.ts';
import { manifestDiffSchema } from '../cli/manifest-diff.ts';
import { consentsSchema, platformEventSchema, previewSchema, recommendationSchema } from '../client/schemas.ts';
import { manifestJsonSchema } from '../core/federation/manifest.ts';
import { searchSummarySchema } from '../simulations/search/summary.ts';
import { resultsJsonSchema } from '../simulations/results.ts';

/** By file name, without its ending. */
export function generatedSchemas(): ReadonlyMap<string, unknown> {
  return new Map([
    ['manifest', titled('manifest.yaml of a federation', manifestJsonSchema())],
    ['results', titled('isthmus simulate --json, and runs/<id>/results.json', resultsJsonSchema())],
    ['manifest-diff', titled('isthmus manifest diff --json', z.toJSONSchema(manifestDiffSchema))],
    ['strategies', titled('isthmus strategies --json', z.toJSONSchema(strategiesSchema))],
    ['experiment-search', titled('isthmus experiment search --json', z.toJSONSchema(searchSummarySchema))],
    ['study', titled('isthmus study --json', z.toJSONSchema(studySchema))],
    ['data-vocabulary', titled('isthmus data vocabulary --json', z.toJSONSchema(dataVocabularySchema))],
    ['data-embed', titled('isthmus data embed --json', z.toJSONSchema(dataEmbedSchema))],
    ['recommend', titled('isthmus recommend --json', z.toJSONSchema(recommendationSchema))],
    ['consent-list', titled('isthmus consent list --json', z.toJSONSchema(consentsSchema))],
    ['consent-preview', titled('isthmus consent preview --json', z.toJSONSchema(previewSchema))],
    ['platform-events', titled('isthmus platform --events json: one line', z.toJSONSchema(platformEventSchema))],
  ]);
}

function titled(title: string, schema: unknown): unknown {
  return { title, ...(schema as object) };
}
