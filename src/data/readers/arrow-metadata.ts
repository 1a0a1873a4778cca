import { DictionaryBatch } from 'apache-arrow/fb/dictionary-batch';
import type { Field } from 'apache-arrow/fb/field';
import { Footer } from 'apache-arrow/fb/footer';
import { Message } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { Schema } from 'apache-arrow/fb/schema';
import { ByteBuffer } from 'flatbuffers';

/**
 * Checks the metadata of an Arrow file or stream before apache-arrow decodes them. FlatBuffers read zeros beyond the end of their bytes, so damaged
 * lengths made it fill all memory with items that are not there; and it fills columns that are too short with nulls. Errors are plain ones that say
 * what is wrong.
 */
export class MetadataCheck {
  /** The number of columns of the schema seen last. */
  #columns = 0;

  footer(bytes: Uint8Array): void {
    const footer = Footer.getRootAsFooter(new ByteBuffer(bytes));
    const items = new Items(bytes);
    items.count('dictionaries', footer.dictionariesLength());
    items.count('record batches', footer.recordBatchesLength());
    this.#checkSchema(footer.schema(), items);
  }

  message(bytes: Uint8Array): void {
    const message = Message.getRootAsMessage(new ByteBuffer(bytes));
    const items = new Items(bytes);
    items.count('entries', message.customMetadataLength());
    const type = message.headerType();
    if (type === MessageHeader.Schema) this.#checkSchema(message.header(new Schema()), items);
    else if (type === MessageHeader.RecordBatch) checkBatch(message.header(new RecordBatch()), this.#columns, items);
    else if (type === MessageHeader.DictionaryBatch) {
      checkBatch((message.header(new DictionaryBatch()) as DictionaryBatch | null)?.data(), 1, items);
    }
  }

  #checkSchema(schema: Schema | null, items: Items): void {
    if (!schema) return;
    this.#columns = schema.fieldsLength();
    items.count('entries', schema.customMetadataLength());
    items.count('columns', this.#columns);
    for (let i = 0; i < this.#columns; i++) checkField(schema.fields(i), items);
  }
}

/** How many items the bytes of a message can hold, all its lists together: each takes a byte at least. */
class Items {
  #left: number;

  constructor(bytes: Uint8Array) {
    this.#left = bytes.length;
  }

  count(what: string, length: number): void {
    if (length < 0 || length > this.#left) throw new Error(`it lists ${length} ${what} in ${this.#left} bytes`);
    this.#left -= length;
  }
}

function checkField(field: Field | null, items: Items): void {
  if (!field) return;
  items.count('entries', field.customMetadataLength());
  items.count('columns', field.childrenLength());
  for (let i = 0; i < field.childrenLength(); i++) checkField(field.children(i), items);
}

function checkBatch(batch: RecordBatch | null | undefined, columns: number, items: Items): void {
  if (!batch) return;
  const nodes = batch.nodesLength();
  items.count('columns', nodes);
  items.count('buffers', batch.buffersLength());
  items.count('counts of buffers', batch.variadicBufferCountsLength());
  // Columns within columns have lengths of their own, and stand among the others.
  if (nodes !== columns) return;
  for (let i = 0; i < nodes; i++) {
    const length = batch.nodes(i)!.length();
    if (length !== batch.length()) throw new Error(`a batch of ${batch.length()} rows has a column of ${length}`);
  }
}
