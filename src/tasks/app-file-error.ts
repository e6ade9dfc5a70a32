/** A file or folder of an application is not there, cannot be loaded, or holds something else; in words. A mistake in code, as a TypeError is. */
export class AppFileError extends TypeError {
  override readonly name = 'AppFileError';
}
