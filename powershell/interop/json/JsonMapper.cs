using System;
using System.Collections.Generic;
using System.Globalization;
using System.Reflection;

namespace EopRelay
{
    /// <summary>How a property takes its member where that is not as it stands.</summary>
    [AttributeUsage(AttributeTargets.Property)]
    internal sealed class JsonMemberAttribute : Attribute
    {
        /// <summary>The member is an object, of which this member is wanted.</summary>
        public string Part { get; set; }

        /// <summary>Whether the member may be missing.</summary>
        public bool IsOptional { get; set; }
    }

    /// <summary>
    /// Makes objects of this assembly of the JSON that the native library answers: each property with a
    /// setter takes the member of its own name, which must be there and of its type. Members without a
    /// property are passed over, so that a newer library answers an older assembly. A property of type
    /// <c>object</c> takes what stands there: texts, numbers, flags, dictionaries, and arrays of these.
    /// </summary>
    internal static class JsonMapper
    {
        private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff";

        private static readonly Dictionary<Type, Member[]> Plans = new Dictionary<Type, Member[]>();

        /// <summary>The object that a text in JSON describes.</summary>
        /// <exception cref="EopRelayException">The text describes another one (NativeLibraryDefect).</exception>
        internal static T Read<T>(string json)
            where T : class
        {
            try
            {
                object value = JsonReader.Read(json);
                return (T)ObjectOf(Require<IDictionary<string, object>>(value, typeof(T).Name), typeof(T));
            }
            catch (FormatException exception)
            {
                throw new EopRelayException("NativeLibraryDefect", "InvalidResult", exception.Message, 0, exception);
            }
        }

        private static object ObjectOf(IDictionary<string, object> members, Type type)
        {
            object made = Activator.CreateInstance(type, true);
            foreach (Member member in PlanOf(type))
            {
                string name = member.Property.Name;
                if (member.How.IsOptional && !members.ContainsKey(name))
                {
                    continue;
                }
                object value = MemberOf(members, name);
                if (value != null && member.How.Part != null)
                {
                    value = MemberOf(Require<IDictionary<string, object>>(value, name), member.How.Part);
                }
                member.Property.SetValue(made, ValueOf(value, member.Property.PropertyType, name), null);
            }
            return made;
        }

        private static object ValueOf(object value, Type type, string name)
        {
            if (type == typeof(object))
            {
                return Plain(value);
            }
            if (value == null)
            {
                bool mayBeAbsent = !type.IsArray && (!type.IsValueType || Nullable.GetUnderlyingType(type) != null);
                return mayBeAbsent ? (object)null : Require<object[]>(null, name);
            }
            type = Nullable.GetUnderlyingType(type) ?? type;
            if (type == typeof(string) || type == typeof(bool) || type == typeof(long))
            {
                return value.GetType() == type ? value : Require<object[]>(null, name);
            }
            if (type == typeof(int))
            {
                return (int)Require<long>(value, name);
            }
            if (type == typeof(DateTime))
            {
                return TimeOf(Require<string>(value, name));
            }
            if (type.IsArray)
            {
                List<object> values = Require<List<object>>(value, name);
                Array array = Array.CreateInstance(type.GetElementType(), values.Count);
                for (int index = 0; index < values.Count; index++)
                {
                    array.SetValue(ValueOf(values[index], type.GetElementType(), name), index);
                }
                return array;
            }
            return ObjectOf(Require<IDictionary<string, object>>(value, name), type);
        }

        /// <summary>A time: of UTC with a Z, else of the unspecified kind, as its zone is not known.</summary>
        private static DateTime TimeOf(string text)
        {
            bool isUtc = text.EndsWith("Z", StringComparison.Ordinal);
            DateTime time = DateTime.ParseExact(
                isUtc ? text.Substring(0, text.Length - 1) : text,
                TimeFormat,
                CultureInfo.InvariantCulture,
                DateTimeStyles.None);
            return DateTime.SpecifyKind(time, isUtc ? DateTimeKind.Utc : DateTimeKind.Unspecified);
        }

        /// <summary>The same with arrays in place of lists, which PowerShell shows and serialises alike.</summary>
        private static object Plain(object value)
        {
            var list = value as List<object>;
            if (list != null)
            {
                return list.ConvertAll<object>(Plain).ToArray();
            }
            var members = value as Dictionary<string, object>;
            if (members == null)
            {
                return value;
            }
            var plain = new Dictionary<string, object>(members.Count);
            foreach (KeyValuePair<string, object> member in members)
            {
                plain.Add(member.Key, Plain(member.Value));
            }
            return plain;
        }

        private static object MemberOf(IDictionary<string, object> members, string name)
        {
            object value;
            if (!members.TryGetValue(name, out value))
            {
                throw new FormatException("The native library's answer has no " + name + ".");
            }
            return value;
        }

        private static T Require<T>(object value, string name)
        {
            if (!(value is T))
            {
                throw new FormatException("The native library's answer has something else as " + name + ".");
            }
            return (T)value;
        }

        private static Member[] PlanOf(Type type)
        {
            lock (Plans)
            {
                Member[] plan;
                if (!Plans.TryGetValue(type, out plan))
                {
                    plan = MakePlan(type);
                    Plans.Add(type, plan);
                }
                return plan;
            }
        }

        private static Member[] MakePlan(Type type)
        {
            var plan = new List<Member>();
            foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                if (property.GetSetMethod(true) == null)
                {
                    continue;
                }
                object[] how = property.GetCustomAttributes(typeof(JsonMemberAttribute), false);
                plan.Add(new Member
                {
                    Property = property,
                    How = how.Length == 0 ? new JsonMemberAttribute() : (JsonMemberAttribute)how[0],
                });
            }
            return plan.ToArray();
        }

        private sealed class Member
        {
            internal PropertyInfo Property { get; set; }

            internal JsonMemberAttribute How { get; set; }
        }
    }
}
