import { InvalidArgumentError } from 'commander';

/** Reads a whole number from 1 to `max` of a command line. */
export function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > max) throw new InvalidArgumentError(`It is a whole number from 1 to ${max}.`);
    return value;
  };
}
