using System;
using System.Collections.Generic;
using System.Globalization;

namespace EopRelay
{
    /// <summary>The enumerations of the ABI, EOP_VALUES_... in include/eop_relay.h.</summary>
    internal enum ValueKind : uint
    {
        LogType = 1,
        TlsStatus = 2,
        Outcome = 3,
        MessageOutcome = 4,
        SessionNote = 5,
        RejectionClass = 6,
        Notice = 7,
        Severity = 8,
    }

    /// <summary>
    /// The names of the ABI's numbers, as the native library tells them: one place for them all.
    /// </summary>
    internal sealed class ValueNames
    {
        private readonly NativeFunctions native;
        private readonly Dictionary<ulong, string> names = new Dictionary<ulong, string>();

        internal ValueNames(NativeFunctions native)
        {
            this.native = native;
        }

        /// <summary>The name of a value; <c>null</c> for 0, which stands for an absent one.</summary>
        internal string Of(ValueKind kind, uint value)
        {
            if (value == 0)
            {
                return null;
            }
            ulong key = ((ulong)kind << 32) | value;
            string name;
            if (!names.TryGetValue(key, out name))
            {
                name = native.ValueName(kind, value) ?? value.ToString(CultureInfo.InvariantCulture);
                names.Add(key, name);
            }
            return name;
        }

        /// <summary>The number of the value with that name, in any case.</summary>
        /// <exception cref="EopRelayException">There is none.</exception>
        internal uint NumberOf(ValueKind kind, string name)
        {
            string candidate;
            for (uint value = 1; (candidate = native.ValueName(kind, value)) != null; value++)
            {
                if (string.Equals(candidate, name, StringComparison.OrdinalIgnoreCase))
                {
                    return value;
                }
            }
            throw new EopRelayException(
                "InvalidName", "InvalidArgument", "There is no " + kind + " with the name '" + name + "'.");
        }
    }
}
