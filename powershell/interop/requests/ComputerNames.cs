using System;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace EopRelay
{
    /// <summary>The names of one computer.</summary>
    internal sealed class ComputerNames
    {
        private readonly string netBiosName;
        private readonly string hostName;
        private readonly string domainName;

        /// <param name="netBiosName">At most 15 characters.</param>
        /// <param name="hostName">The DNS host name; it may carry the domain.</param>
        /// <param name="domainName">The DNS domain; empty where the computer knows none.</param>
        internal ComputerNames(string netBiosName, string hostName, string domainName)
        {
            this.netBiosName = netBiosName ?? "";
            this.hostName = FirstLabel(hostName ?? "");
            this.domainName = !string.IsNullOrEmpty(domainName)
                ? domainName
                : (hostName ?? "").Substring(this.hostName.Length).TrimStart('.');
        }

        /// <summary>The names of the computer that this process runs on.</summary>
        internal static ComputerNames OfThisComputer()
        {
            string hostName = "";
            string domainName = "";
            try
            {
                hostName = Dns.GetHostName();
                domainName = IPGlobalProperties.GetIPGlobalProperties().DomainName;
            }
            catch (SocketException)
            {
            }
            catch (NetworkInformationException)
            {
            }
            // Linux answers "(none)" where no domain is set.
            return new ComputerNames(Environment.MachineName, hostName, domainName == "(none)" ? "" : domainName);
        }

        /// <summary>
        /// Whether <paramref name="name"/> (a short name, or one with its domain) is this computer.
        /// </summary>
        internal bool Include(string name)
        {
            if (name == "." || Same(name, "localhost"))
            {
                return true;
            }
            string label = FirstLabel(name);
            bool sameLabel = Same(label, netBiosName) || Same(label, hostName);
            if (label.Length == name.Length || domainName.Length == 0)
            {
                return sameLabel;
            }
            return sameLabel && Same(name.Substring(label.Length + 1).TrimEnd('.'), domainName);
        }

        private static string FirstLabel(string name)
        {
            int dot = name.IndexOf('.');
            return dot < 0 ? name : name.Substring(0, dot);
        }

        private static bool Same(string left, string right)
        {
            return left.Length > 0 && string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
        }
    }
}
