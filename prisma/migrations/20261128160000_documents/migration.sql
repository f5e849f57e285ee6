-- Documents: files that applicants and distributors submit. A file is stored once, encrypted, outside of the database;
-- each upload of it is a document, and what a document was submitted for refers to it.

CREATE TABLE document_blobs (
  id uuid PRIMARY KEY,
  -- HMAC-SHA256 of the content with FIELD_HASH_KEY. A plain hash would tell who has the same file.
  content_hash bytea NOT NULL UNIQUE,
  -- Name of the encrypted file in the storage. Never used again, so that deleting it cannot hit a later upload.
  object_name text NOT NULL UNIQUE,
  -- The key that encrypts this file alone, encrypted with FIELD_KEYS.
  key_sealed text NOT NULL,
  type text NOT NULL CHECK (type IN ('application/pdf', 'image/jpeg', 'image/png')),
  size integer NOT NULL CHECK (size BETWEEN 1 AND 20971520),
  -- Of a PDF.
  pages integer,
  -- Of an image, in pixels.
  width integer,
  height integer,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE documents (
  id uuid PRIMARY KEY,
  blob_id uuid NOT NULL REFERENCES document_blobs,
  name text NOT NULL,
  -- Whose document it is: application/<id> or distributor/<id>. Null while staff has not attached it to anything.
  owner text,
  uploaded_by uuid REFERENCES users,
  uploaded_at timestamptz NOT NULL DEFAULT now(),
  CHECK (owner IS NOT NULL OR uploaded_by IS NOT NULL)
);
CREATE INDEX ON documents (blob_id);
CREATE INDEX ON documents (owner);
CREATE INDEX ON documents (uploaded_at);

-- What a document was submitted for. A document without a reference is deleted after a day.
CREATE TABLE document_references (
  document_id uuid NOT NULL REFERENCES documents ON DELETE CASCADE,
  subject text NOT NULL,
  -- Which submission of the subject brought it.
  round integer NOT NULL DEFAULT 1,
  attached_by text NOT NULL,
  attached_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (document_id, subject)
);
CREATE INDEX ON document_references (subject);

-- Files in the storage that no blob owns: those being written, and those to be deleted. So each file is named by a
-- row, and a crash between file and row leaves nothing for ever.
CREATE TABLE unowned_objects (
  name text PRIMARY KEY,
  since timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON unowned_objects (since);
