FROM node:22-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN npm run build
# The image holds the binary, the libraries it is linked to, and two folders it may write to.
RUN mkdir -p image/data image/tmp \
  && cp dist/hearth image/hearth \
  && ldd dist/hearth | grep -o '/[^ ]*' | xargs cp --dereference --parents --target-directory=image

FROM scratch
COPY --from=build --chown=65532:65532 /src/image /
USER 65532:65532
ENV HEARTH_HOST=0.0.0.0 HEARTH_PORT=3000 HEARTH_DATA=/data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/hearth", "health"]
ENTRYPOINT ["/hearth"]
