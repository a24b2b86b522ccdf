/**
 * Attention over sources: a gate per source decides, from the source's own released vector, how much the person's target vector
 * comes from that source. The weights are part of an explanation.
 * @module
 */
import { fitGatedMaps, gatesOf, predictGated } from '../decoder/gated-maps.ts';
import type { GatedState } from '../decoder/gated-maps.ts';
import type { Readout } from '../decoder/readout.ts';
import { vectorReadout } from '../decoder/vector-readout.ts';

const settings = [0.1, 1, 10].map((penalty) => ({ text: `started from a penalty of ${penalty}`, penalty }));

/** @param gated false: every source that knows the person counts alike. */
function attentionReadout(gated: boolean): Readout {
  return vectorReadout({
    ...about,
    settings,
    fit: (given, { penalty }) =>
      fitGatedMaps(given, given.blocks, { epochs: 40, decay: 0.01, penalty, gated, spread: 0 }, about.name),
    predictor: (state: GatedState) => ({
      predict: (row) => predictGated(state, row, gated),
      attention: (row) => gatesOf(state, row, gated),
    }),
  });
}

const about = {
  name: 'attention',
  summary: 'how much each source counts is decided for each person, and shown',
  reference: 'Bahdanau, Cho and Bengio, ICLR 2015; Jacobs et al., Neural Computation 1991 (mixtures of experts)',
};

export const attention: Readout = {
  ...attentionReadout(true),
  ablation: { off: 'every source that knows the person counts alike', readout: attentionReadout(false) },
};
