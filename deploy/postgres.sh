#!/bin/sh
# Runs once, when the container's database is made. It creates a role that owns this database and nothing else, and a
# role without a login under which the application works and cannot change the record of moderation. The superuser loses
# its password, and can connect only from inside the container.
set -eu

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=password="$POSTGRES_PASSWORD" --username=postgres <<'SQL'
CREATE ROLE parley LOGIN PASSWORD :'password';
CREATE ROLE parley_app;
GRANT parley_app TO parley;
CREATE DATABASE parley OWNER parley;
REVOKE CONNECT ON DATABASE parley FROM PUBLIC;
ALTER ROLE postgres PASSWORD NULL;
SQL
