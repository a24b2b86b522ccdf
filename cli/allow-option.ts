/**
 * `--allow`: packages from outside this repository that the local operator lets this process use.
 * @module
 */
import { Option } from 'commander';
import type { Command } from 'commander';

export interface AllowFlags {
  readonly allow?: readonly string[];
}

/** Adds `--allow` to a command that may use pieces of packages. The program loads them before the command acts. */
export function withAllow(command: Command): Command {
  return command.addOption(
    new Option(
      '--allow <package>',
      'let this process run an installed package, as "isthmus package" prints it: name@version#hash; may be repeated',
    ).argParser((value: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), value]),
  );
}

/** Loads what the environment and the command line allow. Without either it costs nothing. */
export async function loadAllowed({ allow = [] }: AllowFlags): Promise<void> {
  if (allow.length === 0 && process.env.ISTHMUS_ALLOW === undefined) return;
  const [{ loadInheritedPackages, loadPackages }, { parsePackage }] = await Promise.all([
    import('../host/packages/load.ts'),
    import('../core/packages/package-id.ts'),
  ]);
  await loadInheritedPackages();
  await loadPackages(allow.map(parsePackage));
}
