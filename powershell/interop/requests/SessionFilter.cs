using System;
using System.Collections.Generic;
using System.Reflection;

namespace EopRelay
{
    /// <summary>
    /// What the native library does not choose by, as it takes one pattern each: several connectors, hosts
    /// and thumbprints, and thumbprints with wildcards. It counts what it leaves out as the library does.
    /// </summary>
    internal sealed class SessionFilter
    {
        private readonly IList<Predicate<string>> connectors;
        private readonly IList<Predicate<string>> hosts;
        private readonly IList<Predicate<string>> thumbprints;

        /// <param name="query">The query; what the filter takes over is taken out of its native part.</param>
        internal SessionFilter(SessionQuery query)
        {
            connectors = PatternsOf(query.Connectors, false);
            hosts = PatternsOf(query.RemoteHosts, false);
            thumbprints = PatternsOf(query.Thumbprints, true);
        }

        /// <summary>How many sessions were left out because none of the connectors fits.</summary>
        internal long LeftOutByConnector { get; private set; }

        /// <summary>How many because none of the hosts fits.</summary>
        internal long LeftOutByRemoteHost { get; private set; }

        /// <summary>How many because none of the thumbprints fits.</summary>
        internal long LeftOutByThumbprint { get; private set; }

        /// <summary>Those of the sessions that fit.</summary>
        internal Session[] Choose(Session[] sessions)
        {
            if (connectors == null && hosts == null && thumbprints == null)
            {
                return sessions;
            }
            return Array.FindAll(sessions, Fits);
        }

        private bool Fits(Session session)
        {
            string received = session.RemoteCertificate == null ? null : session.RemoteCertificate.Thumbprint;
            if (!Any(thumbprints, session.SentThumbprint, received))
            {
                LeftOutByThumbprint++;
                return false;
            }
            if (!Any(connectors, session.Connector))
            {
                LeftOutByConnector++;
                return false;
            }
            if (!Any(hosts, session.RemoteHost, session.RemoteEndpoint, WithoutPort(session.RemoteEndpoint)))
            {
                LeftOutByRemoteHost++;
                return false;
            }
            return true;
        }

        private static bool Any(IList<Predicate<string>> patterns, params string[] texts)
        {
            if (patterns == null)
            {
                return true;
            }
            foreach (Predicate<string> isMatch in patterns)
            {
                if (Array.Exists(texts, text => text != null && isMatch(text)))
                {
                    return true;
                }
            }
            return false;
        }

        private static string WithoutPort(string endpoint)
        {
            int colon = endpoint == null ? -1 : endpoint.LastIndexOf(':');
            return colon < 0 ? endpoint : endpoint.Substring(0, colon).Trim('[', ']');
        }

        private static IList<Predicate<string>> PatternsOf(string[] texts, bool isThumbprint)
        {
            bool isNative = texts == null || texts.Length == 0
                || (texts.Length == 1 && !(isThumbprint && SessionQuery.HasWildcards(texts[0])));
            if (isNative)
            {
                return null;
            }
            var patterns = new List<Predicate<string>>();
            foreach (string text in texts)
            {
                patterns.Add(PatternOf(isThumbprint ? ThumbprintText(text) : text));
            }
            return patterns;
        }

        /// <summary>A thumbprint as pasted: blanks, colons and invisible marks do no harm.</summary>
        private static string ThumbprintText(string text)
        {
            return string.Concat(Array.ConvertAll(
                text.ToCharArray(), one => char.IsLetterOrDigit(one) || "*?[]-".IndexOf(one) >= 0 ? one.ToString() : ""));
        }

        /// <summary>
        /// A pattern of PowerShell, which knows its own wildcards; by reflection, for this assembly does not
        /// refer to it. Elsewhere, as in tests, the text alone.
        /// </summary>
        private static Predicate<string> PatternOf(string text)
        {
            Type type = Type.GetType("System.Management.Automation.WildcardPattern, System.Management.Automation");
            if (type == null)
            {
                return candidate => candidate.Equals(text, StringComparison.OrdinalIgnoreCase);
            }
            ConstructorInfo constructor = Array.Find(
                type.GetConstructors(),
                one => one.GetParameters().Length == 2 && one.GetParameters()[1].ParameterType.IsEnum);
            object ignoreCase = Enum.Parse(constructor.GetParameters()[1].ParameterType, "IgnoreCase, CultureInvariant");
            object pattern = constructor.Invoke(new[] { text, ignoreCase });
            return (Predicate<string>)Delegate.CreateDelegate(
                typeof(Predicate<string>), pattern, type.GetMethod("IsMatch", new[] { typeof(string) }));
        }
    }
}
