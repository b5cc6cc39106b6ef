# Patchbay in a container:
#
#   docker build -t patchbay .
#   docker run --rm -p 127.0.0.1:8080:8080 -e PATCHBAY_ANONYMOUS=always -e OPENAI_API_KEY patchbay
#
# In a container it listens on more than a loopback address, so it answers nobody without credentials
# (-e API_KEY=...) unless it is told to, as above; then publish the port on an address of yours only.
# Conversations are kept in the volume /var/lib/patchbay. It needs neither root nor capabilities nor,
# but for that volume, a file system that can be written to:
#
#   docker run --rm --read-only --cap-drop ALL --security-opt no-new-privileges -p 127.0.0.1:8080:8080 -e API_KEY patchbay
#
# docs/deployment.md has the rest; scripts/fresh-machine takes these steps where there is no Docker.

FROM debian:bookworm AS build
WORKDIR /src
# The list of packages alone, so that a changed source does not install them again.
COPY scripts/setup scripts/setup
RUN apt-get update \
 && apt-get install -y --no-install-recommends $(scripts/setup --print-packages run) \
 && rm -rf /var/lib/apt/lists/*
COPY web/package.json web/package-lock.json web/
RUN scripts/setup web
COPY . .
RUN cmake --preset release \
 && cmake --build --preset release \
 && mkdir -p /opt/patchbay \
 && cd build/release \
 && find bin plugins -maxdepth 2 -type f \( -name patchbay -o -name '*.so' -o -name '*.json' \) \
      -exec cp --parents {} /opt/patchbay/ \; \
 && find /opt/patchbay -type f -not -name '*.json' -exec strip --strip-debug {} +

FROM debian:bookworm-slim
COPY scripts/setup /tmp/setup
RUN apt-get update \
 && apt-get install -y --no-install-recommends $(/tmp/setup --print-packages image) \
 && rm -rf /var/lib/apt/lists/* /tmp/setup
COPY --from=build /opt/patchbay /opt/patchbay
# The one folder for what has to outlive the container. It is sticky and open as /tmp is, so that
# any --user may keep something there.
RUN mkdir --mode=1777 /var/lib/patchbay
VOLUME /var/lib/patchbay
ENV PATH=/opt/patchbay/bin:$PATH
# Every address of the container; what of it can be reached is decided by whoever runs it.
ENV PATCHBAY_LISTEN=0.0.0.0:8080
EXPOSE 8080
USER 10001:10001
# Where the database is that a configuration names without a folder.
WORKDIR /var/lib/patchbay
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s \
  CMD curl --fail --silent --show-error --output /dev/null --noproxy '*' "http://127.0.0.1:${PATCHBAY_LISTEN##*:}/health"
ENTRYPOINT ["patchbay"]
CMD ["serve"]
