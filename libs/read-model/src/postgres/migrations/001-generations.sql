-- One row for each set of tables that the read models are, or were, or are about to be kept in. The tables themselves are
-- made with their generation and named after it.
create table @schema.generations (
  id integer generated always as identity primary key,
  -- What the contents depend on besides the events: servers read the generation of their own shape.
  shape text not null,
  state text not null check (state in ('building', 'active', 'retired')),
  -- Raised by every projector that takes the generation over, so that the one before can write no more.
  epoch bigint not null default 0,
  -- The last event that the tables show.
  checkpoint bigint not null default 0,
  checkpoint_stream text,
  checkpoint_revision bigint,
  checkpoint_event text,
  updated_at timestamptz not null default now()
);

create unique index generations_active on @schema.generations (shape) where state = 'active'
