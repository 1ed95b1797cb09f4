import { crc32 } from 'node:zlib';

/** A ZIP file with one file in it, not compressed (APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16). */
export function zipOf(name: string, content: string): Buffer {
  const data = Buffer.from(content);
  const fileName = Buffer.from(name);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(data), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(data.length, 18);
  common.writeUInt16LE(fileName.length, 22);
  const local = Buffer.concat([signature(0x04034b50), common, fileName, data]);
  const madeBy = Buffer.from([20, 0]);
  const central = Buffer.concat([signature(0x02014b50), madeBy, common, Buffer.alloc(14), fileName]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
