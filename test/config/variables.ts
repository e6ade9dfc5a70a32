/** Every variable there is. */
export const VARIABLES = [
  'NODE_ENV',
  'DATABASE_URL',
  'HOST',
  'PORT',
  'HEALTH_PORT',
  'PUBLIC_URL',
  'QUEUES',
  'SMTP_URL',
  'MAIL_FROM',
  'ADMIN_TOKEN',
  'VIEWER_TOKEN',
  'SECRET_KEY',
  'VERIFY_EMAIL_DELAY',
  'SHUTDOWN_TIMEOUT',
  'AUTO_MIGRATE',
  'AUDIT_RETENTION',
  'MIGRATE_TIMEOUT',
  'LOG_LEVEL',
  'DATA_DIR',
  'SIGN_UP_RATE_LIMIT',
  'VERIFY_RATE_LIMIT',
  'RESEND_RATE_LIMIT',
  'TRUSTED_PROXIES',
  'MAX_CONNECTIONS',
] as const;

/** The least that production takes. */
export const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://howdah:pw@db.example:5432/howdah',
  SMTP_URL: 'smtp://mail.example:587',
  PUBLIC_URL: 'https://bank.example',
  SECRET_KEY: 'k'.repeat(44),
  ADMIN_TOKEN: 'a'.repeat(44),
};
