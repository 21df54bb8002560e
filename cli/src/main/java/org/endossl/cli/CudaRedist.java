package org.endossl.cli;

import java.util.List;
import org.bytedeco.javacpp.Loader;

/**
 * Loads CUDA and cuDNN from the class path (profile gpu-redist) before TensorFlow looks for them:
 * it opens them by name, and the dynamic linker answers with what is loaded already.
 */
final class CudaRedist {
  private static final List<String> LIBRARIES =
      List.of(
          "cudart", "nvrtc", "cublas", "cufft", "curand", "cusparse", "cusolver", "cudnn", "cupti");

  private CudaRedist() {}

  /**
   * Unpacks them once and loads them.
   *
   * @throws EnvironmentException if one cannot be loaded
   */
  static void load() {
    for (String name : LIBRARIES) {
      try {
        Loader.load(Class.forName("org.bytedeco.cuda.global." + name));
      } catch (ClassNotFoundException | LinkageError e) {
        throw new EnvironmentException(
            "CUDA's "
                + name
                + " of the gpu-redist build cannot be loaded ("
                + e.getMessage()
                + "); is the driver new enough for CUDA 12 (525 or later)?");
      }
    }
  }
}
