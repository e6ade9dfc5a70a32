/** Of the Howdah that tests are about. */
export const TEST_SCHEMA = process.env['HOWDAH_TEST_SCHEMA'] ?? 'howdah';
