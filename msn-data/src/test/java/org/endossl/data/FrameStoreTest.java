package org.endossl.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.EntryReader;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.TfRecordWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

class FrameStoreTest {

  @TempDir Path directory;

  private FrameFiles files(String name, String format) throws IOException {
    Path file = directory.resolve(name);
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      for (int i = 0; i < 7; i++) {
        for (int video : new int[] {2, 1}) {
          writer.write(FrameCodec.encode(Fixtures.frame(video, i, 7, format)));
        }
      }
      writer.commit();
    }
    FrameIndex index = FrameIndex.scan(List.of(file));
    return FrameFiles.select(index, index.videos());
  }

  private static List<Path> in(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.sorted().toList();
    }
  }

  /** As TensorFlow decodes them. */
  private static List<byte[]> pixels(FrameFiles files) throws IOException {
    List<byte[]> all = new ArrayList<>();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      var example = tf.placeholder(TString.class);
      Operand<TUint8> image = Frames.image(tf, example);
      try (Session session = new Session(graph)) {
        for (FrameIndex.Entry entry : files.entries()) {
          try (EntryReader reader = EntryReader.open(entry.file());
              TString fed = TString.tensorOfBytes(NdArrays.scalarOfObject(reader.read(entry)));
              Result got = session.runner().feed(example, fed).fetch(image).run()) {
            byte[] rgb = new byte[(int) got.get(0).shape().size()];
            ((TUint8) got.get(0)).asRawTensor().data().read(rgb);
            all.add(rgb);
          }
        }
      }
    }
    return all;
  }

  @Test
  void storedFrames_haveTheSameRowsAndPixels_alsoOfJpegs() throws IOException {
    for (String format : List.of("png", "jpg")) {
      FrameFiles files = files(format + ".tfrecord", format);
      FrameFiles stored = FrameStore.of(files, directory.resolve("store"), done -> {});
      List<byte[]> wanted = pixels(files);
      List<byte[]> got = pixels(stored);
      for (int i = 0; i < wanted.size(); i++) {
        assertArrayEquals(wanted.get(i), got.get(i), format + " row " + i);
        assertEquals(files.entries().get(i).frameId(), stored.entries().get(i).frameId());
        assertEquals(files.entries().get(i).phase(), stored.entries().get(i).phase());
        assertNotEquals(files.entries().get(i).file(), stored.entries().get(i).file());
      }
    }
    assertEquals(2, in(directory.resolve("store")).size(), "one folder each, nothing else");
  }

  @Test
  void aStore_isMadeOnce_whereverTheRecordsLie_andAnewForOtherFrames() throws IOException {
    Path store = directory.resolve("store");
    AtomicLong written = new AtomicLong();
    FrameStore.of(files("a.tfrecord", "png"), store, done -> written.incrementAndGet());
    FrameStore.of(files("b.tfrecord", "png"), store, done -> written.incrementAndGet());
    assertEquals(14, written.get());
    FrameFiles shard = files("a.tfrecord", "png").shard(0, 2);
    FrameStore.of(shard, store, done -> written.incrementAndGet());
    assertEquals(21, written.get());
    assertSame(shard, FrameStore.of(shard, null, done -> {}));
  }

  @Test
  void aFailure_leavesNothing_andTheNextRunMakesIt() throws IOException {
    FrameFiles files = files("a.tfrecord", "png");
    Path store = directory.resolve("store");
    assertThrows(
        IllegalStateException.class,
        () ->
            FrameStore.of(
                files,
                store,
                done -> {
                  throw new IllegalStateException("stopped");
                }));
    assertTrue(in(store).stream().noneMatch(Files::isDirectory), in(store).toString());
    FrameFiles stored = FrameStore.of(files, store, done -> {});
    Path folder = Objects.requireNonNull(stored.entries().get(0).file().getParent());
    Path kept = folder.resolve("video01.tfrecord");
    Files.delete(kept);
    DataException e =
        assertThrows(DataException.class, () -> FrameStore.of(files, store, done -> {}));
    assertTrue(String.valueOf(e.getMessage()).endsWith("remove this folder"), e.getMessage());
  }

  @Test
  void compressedFiles_areRefused() throws IOException {
    FrameFiles files = files("a.tfrecord.gz", "png");
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> FrameStore.of(files, directory.resolve("store"), done -> {}));
    assertTrue(String.valueOf(e.getMessage()).contains("is compressed"), e.getMessage());
    assertFalse(Files.exists(directory.resolve("store")));
  }

  @Test
  void aDiskWithoutRoom_isSaidAhead() throws IOException {
    FrameStore.requireRoom(directory, 10, 10);
    FileSystemException e =
        assertThrows(
            FileSystemException.class,
            () -> FrameStore.requireRoom(directory, 226_000_000_000L, 40_000_000_000L));
    assertEquals(
        directory + ": No space left on device: the frame cache needs 226.0 GB, 40.0 GB are free",
        e.getMessage());
  }
}
