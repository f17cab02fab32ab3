-- Ordered by bytes, as names are everywhere.
create table @schema.secrets (
  namespace text collate "C" not null,
  name text collate "C" not null,
  -- Encrypted by a key that is not in this database.
  sealed bytea not null,
  primary key (namespace, name)
);

-- The one row that every write holds: so they come one after the other, and versions only grow.
create table @schema.secrets_state (
  is_only boolean primary key default true check (is_only),
  version bigint not null default 0,
  -- Something that was encrypted by the key of the others, by which another key shows.
  probe bytea
);

insert into @schema.secrets_state default values
