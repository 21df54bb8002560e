package org.endossl.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * Ctrl-C and SIGTERM. The JVM's own way, ending the process with code 130 whatever the work comes
 * to, does not do where a step is to be finished and saved: here the first signal asks the command
 * to end, which then decides about the exit code, and the second ends the process at once.
 *
 * <p>By reflection, as {@code sun.misc.Signal} is in no standard. Where it is missing the JVM's way
 * stays.
 */
final class InterruptSignal {
  private InterruptSignal() {}

  /**
   * Handles them from now on.
   *
   * @param stop told of the first
   * @param work the thread that runs the command
   * @param leave run at the second; does not come back
   */
  static void handle(StopSignal stop, Thread work, Runnable leave) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler on =
          (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
              if (stop.requested()) {
                leave.run();
              }
              stop.request(work);
              return null;
            }
            return switch (method.getName()) { // of Object, for maps and messages
              case "hashCode" -> System.identityHashCode(proxy);
              case "equals" -> proxy == arguments[0];
              default -> "endossl's handler";
            };
          };
      Object ours =
          Proxy.newProxyInstance(
              InterruptSignal.class.getClassLoader(), new Class<?>[] {handler}, on);
      for (String name : new String[] {"INT", "TERM"}) {
        Object caught = signal.getConstructor(String.class).newInstance(name);
        signal.getMethod("handle", signal, handler).invoke(null, caught, ours);
      }
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // The JVM's own way: exit code 130, after the command has noticed.
    }
  }
}
