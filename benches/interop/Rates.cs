using System;
using System.Diagnostics;
using System.Globalization;

namespace EopRelay.Benchmarks
{
    /// <summary>
    /// Times one way through a log: every session as a full object, the same with every property, mail
    /// and recipient read (texts are made when they are read first), or the failed ones alone. Prints
    /// the seconds of the fastest round and how many sessions it gave.
    /// </summary>
    internal static class Rates
    {
        private static int Main(string[] arguments)
        {
            if (arguments.Length != 5)
            {
                Console.Error.WriteLine("usage: EopRelay.Rates.exe BIN LOG all|read|failed THREADS ROUNDS");
                return 64;
            }
            EopRelayException problem = Interop.Load(arguments[0]);
            if (problem != null)
            {
                throw problem;
            }
            int rounds = int.Parse(arguments[4], CultureInfo.InvariantCulture);
            double fastest = double.MaxValue;
            long count = 0;
            // One round more, for the just-in-time compiler.
            for (int round = 0; round <= rounds; round++)
            {
                Stopwatch watch = Stopwatch.StartNew();
                count = Read(arguments[1], arguments[2], arguments[3]);
                if (round > 0)
                {
                    fastest = Math.Min(fastest, watch.Elapsed.TotalSeconds);
                }
            }
            Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0} {1}", fastest, count));
            return 0;
        }

        private static long Read(string path, string way, string threads)
        {
            SessionQuery query = Interop.NewSessionQuery();
            query.Add(Interop.LocatePath(path, false, ""));
            query.Failed = way == "failed";
            query.ThreadCount = int.Parse(threads, CultureInfo.InvariantCulture);
            long count = 0;
            using (SessionReader reader = (SessionReader)Interop.OpenSessions(query))
            {
                while (reader.TryReadBatch())
                {
                    count += reader.Sessions.Length;
                    if (way == "read")
                    {
                        foreach (Session session in reader.Sessions)
                        {
                            FullReading.Of(session);
                        }
                    }
                }
            }
            return count;
        }
    }
}
