package org.endossl.tfrecords;

/** How the bytes of a record file come into the process. Both give the same records and errors. */
public enum Access {
  /** By reads through a buffer: any file. */
  STREAMED,
  /** Mapped into memory, window by window: plain files, which nobody may cut meanwhile. */
  MAPPED
}
