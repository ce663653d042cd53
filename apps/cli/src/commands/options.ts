import { InvalidArgumentError, Option } from 'commander';
import { ENGINES, NETWORK_NAMES } from '#contracts';

/** Parser for commander: a whole number in a range. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`a whole number from ${min} to ${max} is expected`);
    return value;
  };
}

/** For models whose files do not say it. */
export const networkOption = () =>
  new Option('--network <name>', 'network of the model, where the file does not say').choices([...NETWORK_NAMES]);

export const engineOption = () => new Option('--engine <name>', 'tensor engine').choices(['auto', ...ENGINES]).default('auto');
