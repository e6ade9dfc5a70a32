# One image for every role: the command chooses (node src/bank/main.ts api | worker | migrate). There is no build step.
FROM node:24-slim

WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000

# Development packages stay out (the image brings Node itself), and so does the embedded Postgres, an optional one.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional && npm cache clean --force

COPY graphile.config.ts crontab ./
COPY drizzle ./drizzle
COPY src ./src

USER node
EXPOSE 3000
STOPSIGNAL SIGTERM

# Workers answer /healthz too.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# Run it with --init, as docker-compose.yml does: Node as process 1 would not heed a SIGTERM that comes while it starts.
CMD ["node", "src/bank/main.ts"]
