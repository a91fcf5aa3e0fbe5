using System;
using System.Collections.Generic;
using System.Reflection;
using System.Reflection.Emit;
using System.Text;

namespace EopRelay.Tests
{
    /// <summary>
    /// The C# structs lie in memory as the C structs do: compared with what C and Rust agree on.
    /// </summary>
    internal static class LayoutChecks
    {
        internal static void Run(Checks checks, IEnumerable<string> golden)
        {
            Type type = null;
            int members = 0;
            foreach (string line in golden)
            {
                if (line.Length == 0)
                {
                    continue;
                }
                // "eop_batch size=136 align=8", or "eop_batch.text offset=8 size=8"
                string[] words = line.Split(' ');
                string[] names = words[0].Split('.');
                if (names.Length == 1)
                {
                    int expectedMembers = members;
                    Type finished = type;
                    CheckMemberCount(checks, finished, expectedMembers);
                    members = 0;
                    type = typeof(Interop).Assembly.GetType("EopRelay." + TypeName(names[0]));
                    Type current = type;
                    checks.That(words[0] + " is as large as in C", () =>
                    {
                        Checks.True(current != null, "there is no such struct");
                        Checks.Equal(Number(words, "size="), SizeOf(current));
                    });
                }
                else
                {
                    members++;
                    Type current = type;
                    checks.That(words[0] + " lies where C has it", () =>
                    {
                        FieldInfo field = current.GetField(Pascal(names[1]));
                        Checks.True(field != null, "there is no such field");
                        Checks.Equal(Number(words, "offset="), OffsetOf(field));
                        Checks.Equal(Number(words, "size="), SizeOf(field.FieldType));
                    });
                }
            }
            CheckMemberCount(checks, type, members);
        }

        private static void CheckMemberCount(Checks checks, Type type, int members)
        {
            if (type != null)
            {
                checks.That(type.Name + " has no field more than C", () =>
                    Checks.Equal(members, type.GetFields(BindingFlags.Public | BindingFlags.Instance).Length));
            }
        }

        private static string TypeName(string name)
        {
            // The public class has the name SessionQuery.
            return name == "eop_session_query" ? "SessionQueryOptions" : Pascal(name.Substring("eop_".Length));
        }

        private static string Pascal(string snake)
        {
            var text = new StringBuilder();
            foreach (string word in snake.Split('_'))
            {
                text.Append(char.ToUpperInvariant(word[0])).Append(word, 1, word.Length - 1);
            }
            return text.ToString();
        }

        private static int Number(string[] words, string key)
        {
            foreach (string word in words)
            {
                if (word.StartsWith(key, StringComparison.Ordinal))
                {
                    return int.Parse(word.Substring(key.Length));
                }
            }
            throw new CheckFailure("the golden line has no " + key);
        }

        // Marshal.SizeOf and Marshal.OffsetOf speak of a marshalled copy; pointers see these.
        private static int SizeOf(Type type)
        {
            var method = new DynamicMethod("SizeOf", typeof(int), Type.EmptyTypes, typeof(LayoutChecks).Module, true);
            ILGenerator code = method.GetILGenerator();
            code.Emit(OpCodes.Sizeof, type);
            code.Emit(OpCodes.Ret);
            return (int)method.Invoke(null, null);
        }

        private static int OffsetOf(FieldInfo field)
        {
            var method = new DynamicMethod("OffsetOf", typeof(int), Type.EmptyTypes, typeof(LayoutChecks).Module, true);
            ILGenerator code = method.GetILGenerator();
            LocalBuilder value = code.DeclareLocal(field.DeclaringType);
            code.Emit(OpCodes.Ldloca, value);
            code.Emit(OpCodes.Ldflda, field);
            code.Emit(OpCodes.Conv_U);
            code.Emit(OpCodes.Ldloca, value);
            code.Emit(OpCodes.Conv_U);
            code.Emit(OpCodes.Sub);
            code.Emit(OpCodes.Conv_I4);
            code.Emit(OpCodes.Ret);
            return (int)method.Invoke(null, null);
        }
    }
}
