# One image for every role: the command chooses (node src/bank/main.ts api | worker | migrate). There is no build step.
FROM node:24-slim

WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 HEALTH_PORT=3001

# The bank's packages are named in its own package.json, so that the queue's does not bring them to everybody; npm installs
# both. Development packages stay out, and so do the optional ones: Node, which the image brings, and the embedded Postgres.
COPY package.json package-lock.json .npmrc ./
COPY src/bank/package.json ./src/bank/
RUN npm ci --omit=dev --omit=optional && npm cache clean --force

COPY howdah.config.ts graphile.config.ts tsconfig.json ./
COPY bin ./bin
COPY drizzle ./drizzle
COPY src ./src

USER node
EXPOSE 3000 3001
STOPSIGNAL SIGTERM

# An API answers at PORT, a worker at HEALTH_PORT.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "Promise.any([process.env.PORT, process.env.HEALTH_PORT].map((port) => fetch(`http://127.0.0.1:${port}/healthz`))).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# Run it with --init, as docker-compose.yml does: Node as process 1 would not heed a SIGTERM that comes while it starts.
CMD ["node", "src/bank/main.ts"]
