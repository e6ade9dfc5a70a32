/** The application of this repository: the bank. */
export { default } from './src/bank/app.ts';
