import fc from 'fast-check';

/**
 * Random tests draw the same values in every run, so that a change is judged by what it changed. Others are drawn with
 * `TIDEMARK_SEED=random` or a number; what fails there is printed with its seed and path, to be kept and mended.
 */
const wanted = process.env['TIDEMARK_SEED'];
if (wanted !== 'random') fc.configureGlobal({ seed: wanted === undefined ? 20_261_123 : Number(wanted) });
