# syntax=docker/dockerfile:1
# One image for every process of Tagline; the command says which one it is:
#
#   docker build -t tagline .
#   docker run -v tagline:/var/lib/tagline -p 8443:8443 tagline
#   docker run … tagline dist/apps/relay/src/main.js
ARG NODE_IMAGE=node:20.20.2-bookworm-slim

# What runs: compiled here, without what only tests need.
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .swcrc ./
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY apps ./apps
COPY libs ./libs
RUN npm run build && \
    rm -rf dist/libs/testing && \
    find dist \( -name '*.spec.js*' -o -name '*.contract.js*' -o -name '*.fixture.js*' \) -delete

# What it needs at run time. Nothing is compiled or downloaded besides the packages.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund --ignore-scripts

FROM ${NODE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Tagline" \
      org.opencontainers.image.description="The OpenShift image API (image.openshift.io/v1) as an event-sourced service of its own" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# A volume that is new belongs to whom its folder here belongs to. Nothing is installed at run time, and a tool that is not there cannot be misused.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* /usr/local/bin/yarn* && \
    mkdir -p /var/lib/tagline /run/tagline && \
    chown 10001:10001 /var/lib/tagline /run/tagline
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY deploy/image/probe.js deploy/image/secrets.js ./
ENV NODE_ENV=production \
    TAGLINE_DATA_DIR=/var/lib/tagline \
    TAGLINE_LISTEN=0.0.0.0:8443
# Everything but the data may be read-only.
USER 10001:10001
VOLUME /var/lib/tagline
EXPOSE 8443
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "probe.js", "https://127.0.0.1:8443/readyz"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--enable-source-maps"]
CMD ["dist/apps/tagline/src/main.js"]
