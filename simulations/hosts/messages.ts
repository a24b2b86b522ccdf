/**
 * Messages between a simulation and its child processes. Types only.
 * @module
 */
import type { ReferenceOrder, References } from '../central.ts';
import type { CoordinatorHostConfig } from './coordinator-host.ts';
import type { PlatformHostConfig } from './platform-host.ts';

export type HostOrder =
  | { readonly kind: 'coordinator'; readonly config: CoordinatorHostConfig }
  | { readonly kind: 'platform'; readonly config: PlatformHostConfig; readonly url: string }
  | { readonly kind: 'references'; readonly order: ReferenceOrder }
  | { readonly kind: 'stop' };

export type ReferencesReport =
  | { readonly kind: 'progress'; readonly baseline: string; readonly fraction: number }
  | { readonly kind: 'references'; readonly references: References };
