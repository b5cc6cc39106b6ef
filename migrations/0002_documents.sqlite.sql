-- Documents that are searched by what they mean: their files, and the chunks of their text.

create table documents (
  id text primary key,
  owner text not null,
  name text not null,
  media_type text not null,
  bytes bigint not null,     -- of the file
  status text not null,
  error text not null,
  provider text not null,    -- who embedded its chunks
  model text not null,       -- with what
  chunks bigint not null,
  instance text not null,    -- who indexes it; empty: nobody yet
  claim bigint not null,     -- how often somebody has begun to
  tries bigint not null,     -- the same since it was last asked for
  created_ms bigint not null
);
create index documents_of_owner on documents (owner, id);
create index documents_to_index on documents (instance, id) where status = 'indexing';

create table document_files (
  document_id text primary key references documents (id) on delete cascade,
  bytes text not null  -- in base64
);

create table document_chunks (
  document_id text not null references documents (id) on delete cascade,
  position bigint not null,
  vector text not null,  -- in base64
  content text not null,
  primary key (document_id, position)
);
