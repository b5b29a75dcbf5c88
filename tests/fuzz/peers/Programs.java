// SPDX-License-Identifier: Apache-2.0
//
// Runs many programs in one JVM with the interpreter inside Bazel, net.starlark.java: a peer for differ.py, whose top
// describes the protocol. Strings are bytes, as in Bazel. Compiled by hand, against that interpreter's classes:
//
//   javac -cp CLASSES -d . Programs.java; java -Xss64m -cp .:CLASSES Programs
import com.google.common.collect.ImmutableMap;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.starlark.java.eval.EvalException;
import net.starlark.java.eval.Module;
import net.starlark.java.eval.Mutability;
import net.starlark.java.eval.Starlark;
import net.starlark.java.eval.StarlarkSemantics;
import net.starlark.java.eval.StarlarkThread;
import net.starlark.java.lib.json.Json;
import net.starlark.java.syntax.FileOptions;
import net.starlark.java.syntax.Location;
import net.starlark.java.syntax.ParserInput;
import net.starlark.java.syntax.SyntaxError;

public final class Programs {
  private static final long STEPS = 3000000;

  private static void appendError(StringBuilder out, EvalException error) {
    List<StarlarkThread.CallStackEntry> stack = error.getCallStack();
    String prefix = "Error: ";
    for (StarlarkThread.CallStackEntry frame : stack) {
      if (frame.location.equals(Location.BUILTIN)) {
        if (frame == stack.get(stack.size() - 1)) prefix = "Error in " + frame.name + ": ";
        else out.append("at 0:0 ").append(frame.name).append('\n');
        continue;
      }
      out.append("at ").append(frame.location.line()).append(':').append(frame.location.column());
      out.append(' ').append(frame.name).append('\n');
    }
    out.append(prefix).append(error.getMessage());
  }

  private static String run(byte[] text) throws InterruptedException {
    var out = new StringBuilder();
    try (Mutability mutability = Mutability.create("p")) {
      var thread = StarlarkThread.createTransient(mutability, StarlarkSemantics.DEFAULT);
      thread.setPrintHandler((t, message) -> out.append(message).append('\n'));
      thread.setMaxExecutionSteps(STEPS);
      var module = Module.withPredeclared(StarlarkSemantics.DEFAULT, ImmutableMap.of("json", Json.INSTANCE));
      try {
        Starlark.execFile(ParserInput.fromLatin1(text, "p.star"), FileOptions.DEFAULT, module, thread);
        out.append("@ok\n");
      } catch (EvalException error) {
        out.append("@error\n");
        appendError(out, error);
      } catch (SyntaxError.Exception error) {
        out.append("@static\n");
        for (SyntaxError one : error.errors()) {
          out.append(one.location().line()).append(':').append(one.location().column());
          out.append(": ").append(one.message()).append('\n');
        }
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError error) {
        out.append("@crash\n").append(error);
      }
    }
    return out.toString();
  }

  // Reads "program LENGTH" and returns the length; -1 at the end.
  private static int readHeader(InputStream in) throws IOException {
    var header = new StringBuilder();
    for (int c; (c = in.read()) != '\n'; header.append((char) c)) {
      if (c < 0) return -1;
    }
    return Integer.parseInt(header.substring("program ".length()));
  }

  public static void main(String[] args) throws Exception {
    InputStream in = new BufferedInputStream(System.in);
    OutputStream out = new BufferedOutputStream(System.out);
    for (int length; (length = readHeader(in)) >= 0; ) {
      byte[] result = run(in.readNBytes(length)).getBytes(StandardCharsets.ISO_8859_1);
      out.write(("result " + result.length + "\n").getBytes(StandardCharsets.ISO_8859_1));
      out.write(result);
      out.flush();
    }
  }
}
