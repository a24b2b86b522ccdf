/**
 * The federations under attack.
 * @module
 */
import type { Stage } from './attack.ts';
import { EVIL } from './members.ts';
import type { SceneOptions } from './scene.ts';

const TRUNK = [
  '--strategy',
  'shared-trunk',
  '--set',
  'autoencoder.hidden=8',
  '--set',
  'autoencoder.bottleneck=4',
  '--set',
  'subspace.steps=1',
];
const PSEUDONYMS = '--unsafe-shared-pseudonym-key';
export const SCENES: Readonly<Record<Stage, SceneOptions>> = {
  rounds: {
    init: [...TRUNK, '--rounds', '3000', '--epsilon', '8', '--dropouts', '0', '--release', 'none'],
    platforms: ['alpha', 'beta', 'gamma'],
    run: ['alpha', 'beta', 'gamma'],
    completes: true,
  },
  margin: {
    init: [...TRUNK, '--rounds', '3000', '--epsilon', '8', '--dropouts', '1', '--release', 'none'],
    platforms: ['alpha', 'beta', 'gamma', EVIL],
    run: ['alpha', 'beta', 'gamma'],
    completes: true,
  },
  'no margin': {
    init: [...TRUNK, '--rounds', '100', '--epsilon', '8', '--dropouts', '0', '--release', 'none'],
    platforms: ['alpha', 'beta', EVIL],
    run: ['alpha', 'beta'],
    completes: false,
  },
  letters: {
    init: [PSEUDONYMS],
    platforms: ['target', 'source', 'struck', 'away', 'other', EVIL],
    run: ['target', 'source'],
    completes: false,
    platformOptions: (name) => [PSEUDONYMS, 'fed/pseudonym.key', ...(name === 'target' ? [] : ['--no-receive'])],
  },
};
