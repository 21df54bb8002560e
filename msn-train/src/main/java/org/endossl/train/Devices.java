package org.endossl.train;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteDeviceList;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListCount;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListName;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SessionListDevices;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetConfig;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.TensorFlow;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;

/** Loads TensorFlow and names what it computes on. */
public final class Devices {
  private static final ConfigProto GROWING =
      ConfigProto.newBuilder().setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true)).build();

  private Devices() {}

  /** TensorFlow's version. */
  public static String version() {
    return TensorFlow.version();
  }

  /**
   * Names such as {@code CPU:0}, {@code GPU:0}; a session is made and closed for it.
   *
   * <p>That session is the process' first and decides for all how GPU memory is taken: here as it
   * is needed.
   */
  public static List<String> list() {
    TensorFlow.version(); // loads the library
    try (PointerScope scope = new PointerScope()) {
      TF_Status status = TF_Status.newStatus();
      TF_SessionOptions options = TF_SessionOptions.newSessionOptions();
      byte[] config = GROWING.toByteArray();
      TF_SetConfig(options, new BytePointer(config), config.length, status);
      status.throwExceptionIfNotOK();
      TF_Session session = TF_Session.newSession(TF_Graph.newGraph(), options, status);
      status.throwExceptionIfNotOK();
      TF_DeviceList devices = TF_SessionListDevices(session, status);
      status.throwExceptionIfNotOK();
      List<String> names = new ArrayList<>();
      for (int i = 0; i < TF_DeviceListCount(devices); i++) {
        names.add(TF_DeviceListName(devices, i, status).getString().replaceFirst(".*/device:", ""));
      }
      TF_DeleteDeviceList(devices);
      scope.deallocate();
      return names;
    }
  }

  /** The GPUs among {@link #list}. */
  public static List<String> gpus() {
    return list().stream().filter(Devices::isGpu).toList();
  }

  /** Whether a name of {@link #list} is a GPU's; XLA's own devices are not. */
  public static boolean isGpu(String name) {
    return name.toUpperCase(Locale.ROOT).startsWith("GPU:");
  }

  /**
   * Refuses more GPUs than there are; processors there are as many as are asked for.
   *
   * @throws MissingDevicesException saying how many there are
   */
  static void require(SessionOptions options) {
    if (options.device() == SessionOptions.Device.GPU) {
      require(options.count(), gpus());
    }
  }

  static void require(int count, List<String> gpus) {
    if (count > gpus.size()) {
      throw new MissingDevicesException(
          "devices: got "
              + count
              + ", wanted at most the "
              + gpus.size()
              + " GPU"
              + (gpus.size() == 1 ? "" : "s")
              + " that TensorFlow found "
              + gpus
              + "; CUDA_VISIBLE_DEVICES hides some, nvidia-smi -L lists all");
    }
  }
}
