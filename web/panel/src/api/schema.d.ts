// Made by `npm run types`; never edited by hand.
export interface paths {
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The session of the cookie, with its CSRF token
         * @description The session of the cookie, with its CSRF token: what a page asks for when it is loaded.
         */
        get: operations["get_session"];
        put?: never;
        /**
         * Sign in
         * @description Sign in. The session's cookie comes with the answer.
         */
        post: operations["post_session"];
        /**
         * Sign out
         * @description Sign out: the session ends, in every tab.
         */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whoever asks
         * @description Whoever asks.
         */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change one's own password
         * @description Change one's own password. All other sessions end; tokens stay.
         */
        post: operations["post_me_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Users in order of login
         * @description Users in order of login; with `q`, those in whose login or name it stands.
         */
        get: operations["get_users"];
        put?: never;
        /**
         * Add a user
         * @description Add a user.
         */
        post: operations["post_users"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A user
         * @description A user.
         */
        get: operations["get_users_user_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a user
         * @description Change a user. Whoever is no longer active is signed out at once, everywhere.
         *
         *     Nobody can give a role, or change somebody of a role, that may do more than they may themselves.
         */
        patch: operations["patch_users_user_id"];
        trace?: never;
    };
    "/api/v1/users/{user_id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a user a new password
         * @description Give a user a new password. All their sessions end; their tokens stay.
         */
        post: operations["post_users_user_id_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user_id}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The tokens of a user, without their secrets
         * @description The tokens of a user, without their secrets.
         */
        get: operations["get_users_user_id_tokens"];
        put?: never;
        /**
         * Make a token that stands for a user
         * @description Make a token that stands for a user: for all that they may do, or for `scopes`.
         */
        post: operations["post_users_user_id_tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user_id}/tokens/{token_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a token
         * @description Revoke a token: it is no good from now on.
         */
        delete: operations["delete_users_user_id_tokens_token_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Roles in order of name, with their rights
         * @description Roles in order of name, with their rights.
         */
        get: operations["get_roles"];
        put?: never;
        /**
         * Add a role
         * @description Add a role. Nobody can give it what they may not do themselves.
         */
        post: operations["post_roles"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles/{role}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A role, with its rights
         * @description A role, with its rights.
         */
        get: operations["get_roles_role"];
        put?: never;
        post?: never;
        /**
         * Remove a role that nobody has any more, and that is none of the product's
         * @description Remove a role that nobody has any more, and that is none of the product's.
         */
        delete: operations["delete_roles_role"];
        options?: never;
        head?: never;
        /**
         * Change a role's description, or what it may do
         * @description Change a role's description, or what it may do. It counts at once, also for who is signed in.
         */
        patch: operations["patch_roles_role"];
        trace?: never;
    };
    "/api/v1/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Teams in order of name
         * @description Teams in order of name.
         */
        get: operations["get_teams"];
        put?: never;
        /**
         * Add a team
         * @description Add a team.
         */
        post: operations["post_teams"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams/{team_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A team
         * @description A team.
         */
        get: operations["get_teams_team_id"];
        put?: never;
        post?: never;
        /**
         * Remove a team
         * @description Remove a team. Its people go into the team `move_members_to`; without one, it must be empty.
         */
        delete: operations["delete_teams_team_id"];
        options?: never;
        head?: never;
        /**
         * Change a team's name, or who is in it
         * @description Change a team's name, or who is in it.
         */
        patch: operations["patch_teams_team_id"];
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed what, newest first
         * @description Who changed what, newest first: all of it, or of one user (who made the change), kind of thing, or thing.
         */
        get: operations["get_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/callers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who has a number
         * @description Who has a number: contacts and companies with their open tasks, last calls and notes, and the open lead.
         */
        get: operations["get_callers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Contacts in order of name
         * @description Contacts in order of name; with `q`, those in whose name, company, numbers or addresses all its words stand.
         */
        get: operations["get_contacts"];
        put?: never;
        /**
         * Add a contact
         * @description Add a contact. Numbers may be typed in any form of the country.
         *
         *     The calls of its numbers in the last day, and what was written in them, come on its timeline;
         *     an open lead of such a number names it from now on.
         */
        post: operations["post_contacts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{contact_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A contact
         * @description A contact.
         */
        get: operations["get_contacts_contact_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a contact
         * @description Change a contact. 409 where somebody else has changed it since `version` was read.
         */
        patch: operations["patch_contacts_contact_id"];
        trace?: never;
    };
    "/api/v1/contacts/{contact_id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened with a contact, newest first
         * @description What happened with a contact, newest first.
         */
        get: operations["get_contacts_contact_id_timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{contact_id}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write a note on a contact
         * @description Write a note on a contact.
         */
        post: operations["post_contacts_contact_id_notes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/companies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Companies in order of name
         * @description Companies in order of name; with `q`, those in whose name, numbers or addresses all its words stand.
         */
        get: operations["get_companies"];
        put?: never;
        /**
         * Add a company
         * @description Add a company. The calls of its numbers in the last day come on its timeline.
         */
        post: operations["post_companies"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/companies/{company_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A company
         * @description A company.
         */
        get: operations["get_companies_company_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a company
         * @description Change a company. 409 where somebody else has changed it since `version` was read.
         */
        patch: operations["patch_companies_company_id"];
        trace?: never;
    };
    "/api/v1/companies/{company_id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened with a company and its people, newest first
         * @description What happened with a company and its people, newest first.
         */
        get: operations["get_companies_company_id_timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/companies/{company_id}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write a note on a company
         * @description Write a note on a company.
         */
        post: operations["post_companies_company_id_notes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Leads, newest first
         * @description Leads, newest first: those of whoever asks and of their queues, or all. `status=open` is new or working.
         */
        get: operations["get_leads"];
        put?: never;
        /**
         * Add a lead
         * @description Add a lead. A number has one open lead at most.
         */
        post: operations["post_leads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/{lead_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A lead
         * @description A lead.
         */
        get: operations["get_leads_lead_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a lead
         * @description Change a lead. 409 where somebody else has changed it since `version` was read.
         */
        patch: operations["patch_leads_lead_id"];
        trace?: never;
    };
    "/api/v1/leads/{lead_id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened with a lead, newest first
         * @description What happened with a lead, newest first.
         */
        get: operations["get_leads_lead_id_timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/{lead_id}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write a note on a lead
         * @description Write a note on a lead.
         */
        post: operations["post_leads_lead_id_notes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tasks in the order in which they are due
         * @description Tasks in the order in which they are due: those of whoever asks and of their queues, or all.
         */
        get: operations["get_tasks"];
        put?: never;
        /**
         * Add a task
         * @description Add a task.
         */
        post: operations["post_tasks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A task
         * @description A task.
         */
        get: operations["get_tasks_task_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a task
         * @description Change a task: `done` true or false, say. 409 where somebody else has changed it since `version` was read.
         */
        patch: operations["patch_tasks_task_id"];
        trace?: never;
    };
    "/api/v1/calls/{call_id}/note": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One's own note about a call
         * @description One's own note about a call.
         */
        get: operations["get_calls_call_id_note"];
        /**
         * Keep one's own note about a call
         * @description Keep one's own note about a call. At its end it comes on the timelines of the call's records.
         */
        put: operations["put_calls_call_id_note"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/outcomes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What can come of a call
         * @description What can come of a call.
         */
        get: operations["get_outcomes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Calls, newest first
         * @description Calls, newest first; an agent sees their own. With `q`, those in whose numbers, name or queue it stands.
         *
         *     With `user_id`, those that rang at or came from that user's phone; with `queue`, those that came into it; with
         *     `since` and `until`, those that began from then on, and before then.
         */
        get: operations["get_calls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A call with its story
         * @description A call with its story.
         */
        get: operations["get_calls_call_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/board": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every queue with who waits and who works
         * @description Every queue with who waits and who works. The live topic `board` tells the same, and then each change.
         *
         *     Which agents it names, the right to read states of agents says.
         */
        get: operations["get_board"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The agent whom the token stands for
         * @description The agent whom the token stands for.
         */
        get: operations["get_agents_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/me/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for calls, or for none
         * @description Ask for calls, or for none.
         */
        post: operations["post_agents_me_state"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/me/wrap-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Prolong the after-call work by 30 s, or end it
         * @description Prolong the after-call work by 30 s, or end it. 409 when there is none.
         */
        post: operations["post_agents_me_wrap_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/{user_id}/states": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The states that somebody was in, oldest first
         * @description The states that somebody was in, oldest first; from `since` on, with the one that held then, and before
         *     `until`.
         */
        get: operations["get_agents_user_id_states"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/hang-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End one's own part in a call that one talks on
         * @description End one's own part in a call that one talks on: the phone is hung up.
         *
         *     409 where that call is not talking at one's phone, 503 where the PBX does not carry it out.
         */
        post: operations["post_desk_hang_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pbx": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The PBX as the settings file has it
         * @description The PBX as the settings file has it.
         */
        get: operations["get_pbx"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/phones": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Phones in order of account
         * @description Phones in order of account; with `q`, those with it in account or name.
         */
        get: operations["get_phones"];
        put?: never;
        /**
         * Add a phone
         * @description Add a phone. The answer is the one place where its password stands.
         */
        post: operations["post_phones"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/phones/{phone_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A phone
         * @description A phone.
         */
        get: operations["get_phones_phone_id"];
        put?: never;
        post?: never;
        /**
         * Remove a phone
         * @description Remove a phone; it leaves its queues.
         */
        delete: operations["delete_phones_phone_id"];
        options?: never;
        head?: never;
        /**
         * Change a phone
         * @description Change a phone.
         */
        patch: operations["patch_phones_phone_id"];
        trace?: never;
    };
    "/api/v1/phones/{phone_id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a phone a new password
         * @description Give a phone a new password. The answer is the one place where it stands.
         */
        post: operations["post_phones_phone_id_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Queues in order of name
         * @description Queues in order of name; with `q`, those with it in name or label.
         */
        get: operations["get_queues"];
        put?: never;
        /**
         * Add a queue
         * @description Add a queue.
         */
        post: operations["post_queues"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues/{queue_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A queue
         * @description A queue.
         */
        get: operations["get_queues_queue_id"];
        put?: never;
        post?: never;
        /**
         * Remove a queue that no number leads to
         * @description Remove a queue that no number leads to.
         */
        delete: operations["delete_queues_queue_id"];
        options?: never;
        head?: never;
        /**
         * Change a queue
         * @description Change a queue.
         */
        patch: operations["patch_queues_queue_id"];
        trace?: never;
    };
    "/api/v1/numbers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Dialled numbers
         * @description Dialled numbers; with `q`, those with it in them.
         */
        get: operations["get_numbers"];
        put?: never;
        /**
         * Add a number that callers dial
         * @description Add a number that callers dial.
         */
        post: operations["post_numbers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/numbers/{number_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A dialled number
         * @description A dialled number.
         */
        get: operations["get_numbers_number_id"];
        put?: never;
        post?: never;
        /**
         * Remove a number
         * @description Remove a number.
         */
        delete: operations["delete_numbers_number_id"];
        options?: never;
        head?: never;
        /**
         * Change where a number leads
         * @description Change where a number leads.
         */
        patch: operations["patch_numbers_number_id"];
        trace?: never;
    };
    "/api/v1/sounds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The sounds of Asterisk that a number may lead to
         * @description The sounds of Asterisk that a number may lead to; with `q`, those with it in their name.
         */
        get: operations["get_sounds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trunks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Trunks in order of name
         * @description Trunks in order of name; with `q`, those with it in their name.
         */
        get: operations["get_trunks"];
        put?: never;
        /**
         * Add a trunk
         * @description Add a trunk.
         */
        post: operations["post_trunks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trunks/{trunk_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A trunk
         * @description A trunk.
         */
        get: operations["get_trunks_trunk_id"];
        put?: never;
        post?: never;
        /**
         * Remove a trunk
         * @description Remove a trunk.
         */
        delete: operations["delete_trunks_trunk_id"];
        options?: never;
        head?: never;
        /**
         * Change a trunk
         * @description Change a trunk.
         */
        patch: operations["patch_trunks_trunk_id"];
        trace?: never;
    };
    "/api/v1/publications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was published, newest first
         * @description What was published, newest first.
         */
        get: operations["get_publications"];
        put?: never;
        /**
         * Bring what is stored into Asterisk, without a restart and without disturbing a call
         * @description Bring what is stored into Asterisk, without a restart and without disturbing a call.
         *
         *     Where Asterisk complains, all is as before, and the answer (409) says of what: file, line and its words. With
         *     `dry_run` an Asterisk that can't be asked is a `problem` of the answer, which still tells the changes.
         */
        post: operations["post_publications"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/publications/{publication_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A publication
         * @description A publication.
         */
        get: operations["get_publications_publication_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * MeView
         * @description Whoever asks: who they are, and what they may do with what they showed (session or token).
         */
        MeView: {
            /** Id */
            id: number;
            /** Login */
            login: string;
            /** Name */
            name: string;
            /** Role */
            role: string;
            /** Teams */
            teams: components["schemas"]["TeamOfMe"][];
            /** Rights */
            rights: components["schemas"]["RightView"][];
        };
        /**
         * RightView
         * @description What one may do to a kind of thing, and how far: `own`, `team` or `all`.
         */
        RightView: {
            /** Thing */
            thing: string;
            /** Action */
            action: string;
            /** Scope */
            scope: string;
        };
        /**
         * TeamOfMe
         * @description A team that one is in.
         */
        TeamOfMe: {
            /** Id */
            id: number;
            /** Name */
            name: string;
        };
        /**
         * SessionView
         * @description A session. `csrf_token` must come along as `X-CSRF-Token` with every request that changes something.
         */
        SessionView: {
            user: components["schemas"]["MeView"];
            /** Csrf Token */
            csrf_token: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
        };
        /**
         * Credentials
         * @description What somebody signs in with.
         */
        Credentials: {
            /** Login */
            login: string;
            /** Password */
            password: string;
        };
        /**
         * NewOwnPassword
         * @description A new password for oneself; the `current` one proves that it is really them.
         */
        NewOwnPassword: {
            /** Current */
            current: string;
            /** New */
            new: string;
        };
        /**
         * UserView
         * @description A user. One who is not `active` can't sign in; their calls and notes keep their name.
         */
        UserView: {
            /** Id */
            id: number;
            /** Login */
            login: string;
            /** Name */
            name: string;
            /** Role */
            role: string;
            /** Active */
            active: boolean;
            /** Has Password */
            has_password: boolean;
            /** Phone */
            phone: string | null;
            /** Teams */
            teams: components["schemas"]["TeamOfMe"][];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * UserList
         * @description A page of users, in order of login.
         */
        UserList: {
            /** Items */
            items: components["schemas"]["UserView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * NewUser
         * @description A user to add. Without `password` they sign in with tokens only, without `phone` they take no calls.
         */
        NewUser: {
            /** Login */
            login: string;
            /** Name */
            name: string;
            /** Role */
            role: string;
            /** Password */
            password?: string | null;
            /** Phone */
            phone?: string | null;
            /**
             * Team Ids
             * @default []
             */
            team_ids: number[];
        };
        /**
         * UserChange
         * @description What shall be different about a user; what is left out stays. `phone` null: they take no calls any more.
         */
        UserChange: {
            /** Name */
            name?: string | null;
            /** Role */
            role?: string | null;
            /** Active */
            active?: boolean | null;
            /** Phone */
            phone?: string | null;
            /** Team Ids */
            team_ids?: number[] | null;
        };
        /**
         * NewPassword
         * @description A password that somebody is given.
         */
        NewPassword: {
            /** Password */
            password: string;
        };
        /**
         * TokenView
         * @description A token that was given out. `scopes` None: all that its user may do.
         */
        TokenView: {
            /** Id */
            id: number;
            /** Label */
            label: string;
            /** Prefix */
            prefix: string;
            /** Scopes */
            scopes: string[] | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string | null;
            /**
             * Revoked At
             * Format: date-time
             */
            revoked_at: string | null;
        };
        /**
         * TokenList
         * @description A page of the tokens of a user, newest first.
         */
        TokenList: {
            /** Items */
            items: components["schemas"]["TokenView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * NewToken
         * @description A token to make: for `scopes` such as `read:contact` or `write:task`, or for all that its user may do.
         */
        NewToken: {
            /** Label */
            label: string;
            /** Scopes */
            scopes?: string[] | null;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at?: string | null;
        };
        /**
         * IssuedTokenView
         * @description A new token. Its `secret` is told now and never again.
         */
        IssuedTokenView: {
            /** Id */
            id: number;
            /** Secret */
            secret: string;
        };
        /**
         * Action
         * @description What is done to a thing.
         * @enum {string}
         */
        Action: "read" | "create" | "change" | "delete";
        /**
         * RoleRight
         * @description What a role may do to one kind of thing, and how far: to one's own, the team's, all; `none` takes it away.
         */
        RoleRight: {
            thing: components["schemas"]["Thing"];
            action: components["schemas"]["Action"];
            /**
             * Scope
             * @enum {string}
             */
            scope: "none" | "own" | "team" | "all";
        };
        /**
         * RoleView
         * @description A role. `built_in`: the product comes with it, so it can't be removed. `users` is how many have it.
         *
         *     What is not in `rights` it may not do. The rights of `admin` can't be changed.
         */
        RoleView: {
            /** Name */
            name: string;
            /** Description */
            description: string;
            /** Built In */
            built_in: boolean;
            /** Users */
            users: number;
            /** Rights */
            rights: components["schemas"]["RoleRight"][];
        };
        /**
         * Thing
         * @description The kinds of things that rights speak of.
         * @enum {string}
         */
        Thing: "contact" | "company" | "activity" | "task" | "lead" | "call" | "recording" | "transcript" | "agent_state" | "desk" | "board" | "queue" | "phone" | "number" | "settings" | "user" | "team" | "token" | "role" | "audit" | "metrics";
        /**
         * RoleList
         * @description A page of roles, in order of name.
         */
        RoleList: {
            /** Items */
            items: components["schemas"]["RoleView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * NewRole
         * @description A role to add. It may do what `rights` say and nothing else.
         */
        NewRole: {
            /** Name */
            name: string;
            /** Description */
            description: string;
            /**
             * Rights
             * @default []
             */
            rights: components["schemas"]["RoleRight"][];
        };
        /**
         * RoleChange
         * @description What shall be different about a role: each of `rights` is set; those left out stay as they are.
         */
        RoleChange: {
            /** Description */
            description?: string | null;
            /**
             * Rights
             * @default []
             */
            rights: components["schemas"]["RoleRight"][];
        };
        /**
         * TeamView
         * @description A team and the ids of the users in it.
         */
        TeamView: {
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Members */
            members: number[];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * TeamList
         * @description A page of teams, in order of name.
         */
        TeamList: {
            /** Items */
            items: components["schemas"]["TeamView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * NewTeam
         * @description A team to add.
         */
        NewTeam: {
            /** Name */
            name: string;
            /**
             * Members
             * @default []
             */
            members: number[];
        };
        /**
         * TeamChange
         * @description What shall be different about a team; what is left out stays.
         */
        TeamChange: {
            /** Name */
            name?: string | null;
            /** Members */
            members?: number[] | null;
        };
        /**
         * AuditView
         * @description A change: who made it (None: nobody signed in, see `via`), to what, and what differs. Secrets are left out.
         */
        AuditView: {
            /** Id */
            id: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** User Id */
            user_id: number | null;
            /** Via */
            via: string;
            /** Action */
            action: string;
            /** Thing */
            thing: string;
            /** Thing Id */
            thing_id: string;
            /** Before */
            before: {
                [key: string]: unknown;
            } | null;
            /** After */
            after: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * AuditList
         * @description A page of the audit log, newest first.
         */
        AuditList: {
            /** Items */
            items: components["schemas"]["AuditView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * ActivityView
         * @description Something that happened with a record. What `data` holds depends on the kind; of a call: who, when and how.
         *
         *     `text` is what `author_name` wrote. `call_id` is the call that it is, or in which it was written.
         */
        ActivityView: {
            /** Id */
            id: number;
            /** Kind */
            kind: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Ended At
             * Format: date-time
             */
            ended_at: string | null;
            /** Title */
            title: string;
            /** Text */
            text: string | null;
            /** Author Id */
            author_id: number | null;
            /** Author Name */
            author_name: string | null;
            /** Call Id */
            call_id: string | null;
            /** Data */
            data: {
                [key: string]: unknown;
            };
        };
        /**
         * CompanyView
         * @description A company. `version` grows with each change.
         */
        CompanyView: {
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Owner Id */
            owner_id: number | null;
            /** Owner Name */
            owner_name: string | null;
            /** Numbers */
            numbers: components["schemas"]["NumberView"][];
            /** Emails */
            emails: components["schemas"]["EmailView"][];
            /** Tags */
            tags: string[];
            /** Notes */
            notes: string;
            /** Version */
            version: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * ContactView
         * @description A contact. `company` is the name of the company with `company_id`. `version` grows with each change.
         */
        ContactView: {
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Company */
            company: string | null;
            /** Company Id */
            company_id: number | null;
            /** Owner Id */
            owner_id: number | null;
            /** Owner Name */
            owner_name: string | null;
            /** Numbers */
            numbers: components["schemas"]["NumberView"][];
            /** Emails */
            emails: components["schemas"]["EmailView"][];
            /** Tags */
            tags: string[];
            /** Notes */
            notes: string;
            /** Version */
            version: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string | null;
        };
        /**
         * EmailKind
         * @description What an address is for.
         * @enum {string}
         */
        EmailKind: "work" | "private" | "other";
        /**
         * EmailView
         * @description An e-mail address: as typed, and in the form in which addresses are compared.
         */
        EmailView: {
            /** Typed */
            typed: string;
            /** Address */
            address: string;
            kind: components["schemas"]["EmailKind"];
        };
        /**
         * KnownCompany
         * @description A company with the number: open tasks, and the last calls and notes.
         */
        KnownCompany: {
            company: components["schemas"]["CompanyView"];
            /** Tasks */
            tasks: components["schemas"]["TaskView"][];
            /** Activities */
            activities: components["schemas"]["ActivityView"][];
        };
        /**
         * KnownContact
         * @description A contact with the number: open tasks, and the last calls and notes.
         */
        KnownContact: {
            contact: components["schemas"]["ContactView"];
            /** Tasks */
            tasks: components["schemas"]["TaskView"][];
            /** Activities */
            activities: components["schemas"]["ActivityView"][];
        };
        /**
         * LeadStatus
         * @description How far a lead has come.
         * @enum {string}
         */
        LeadStatus: "new" | "working" | "won" | "lost";
        /**
         * LeadView
         * @description A lead. `source` is where it comes from (`missed_call`, say), `missed_calls` how many calls nobody took.
         */
        LeadView: {
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Number */
            number: string | null;
            /** E164 */
            e164: string | null;
            /** Source */
            source: string;
            /** Queue */
            queue: string | null;
            status: components["schemas"]["LeadStatus"];
            /** Assignee Id */
            assignee_id: number | null;
            /** Assignee Name */
            assignee_name: string | null;
            /** Contact Id */
            contact_id: number | null;
            /** Company Id */
            company_id: number | null;
            /** Notes */
            notes: string;
            /** Missed Calls */
            missed_calls: number;
            /**
             * Last Call At
             * Format: date-time
             */
            last_call_at: string | null;
            /** Version */
            version: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * NumberKind
         * @description What a number is for.
         * @enum {string}
         */
        NumberKind: "mobile" | "work" | "home" | "fax" | "other";
        /**
         * NumberProblem
         * @description Why something has no E.164 form.
         * @enum {string}
         */
        NumberProblem: "missing" | "withheld" | "extension" | "not_a_number";
        /**
         * NumberView
         * @description A phone number: as typed, and in E.164 where it has such a form (an extension has none).
         */
        NumberView: {
            /** Typed */
            typed: string;
            /** E164 */
            e164: string | null;
            kind: components["schemas"]["NumberKind"];
        };
        /**
         * TaskView
         * @description A task. `kind` is `call_back` for one that a missed call made; then `number` is the one to call.
         *
         *     At most one of `contact_id`, `company_id` and `lead_id` says about whom.
         */
        TaskView: {
            /** Id */
            id: number;
            /**
             * Kind
             * @enum {string}
             */
            kind: "manual" | "call_back";
            /** Title */
            title: string;
            /** Notes */
            notes: string;
            /**
             * Due At
             * Format: date-time
             */
            due_at: string | null;
            /** Done */
            done: boolean;
            /**
             * Done At
             * Format: date-time
             */
            done_at: string | null;
            /** Assignee Id */
            assignee_id: number | null;
            /** Assignee Name */
            assignee_name: string | null;
            /** Creator Id */
            creator_id: number | null;
            /** Queue */
            queue: string | null;
            /** Contact Id */
            contact_id: number | null;
            /** Company Id */
            company_id: number | null;
            /** Lead Id */
            lead_id: number | null;
            /** Number */
            number: string | null;
            /** Missed Calls */
            missed_calls: number;
            /** Version */
            version: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * CallerView
         * @description Whose a number is: all who have it, never a guess. `problem` says why it has no `e164` (`withheld`, say).
         */
        CallerView: {
            /** Number */
            number: string;
            /** E164 */
            e164: string | null;
            problem: components["schemas"]["NumberProblem"] | null;
            /** Contacts */
            contacts: components["schemas"]["KnownContact"][];
            /** Companies */
            companies: components["schemas"]["KnownCompany"][];
            lead: components["schemas"]["LeadView"] | null;
        };
        /**
         * ContactList
         * @description A page of contacts, in order of name.
         */
        ContactList: {
            /** Items */
            items: components["schemas"]["ContactView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** @description An e-mail address as typed; a plain text is one of no particular kind. */
        EmailInput: string | {
            /** Typed */
            typed: string;
            /** @default other */
            kind: components["schemas"]["EmailKind"];
        };
        /** @description A phone number as typed, in any form of the country; a plain text is one of no particular kind. */
        NumberInput: string | {
            /** Typed */
            typed: string;
            /** @default other */
            kind: components["schemas"]["NumberKind"];
        };
        /**
         * NewContact
         * @description A contact to add. Its company is named by `company_id`, or by name, and added where there is none of that name.
         *
         *     Without `owner_id` it belongs to whoever adds it.
         */
        NewContact: {
            /** Name */
            name: string;
            /** Company */
            company?: string | null;
            /** Company Id */
            company_id?: number | null;
            /** Owner Id */
            owner_id?: number | null;
            /**
             * Numbers
             * @default []
             */
            numbers: components["schemas"]["NumberInput"][];
            /**
             * Emails
             * @default []
             */
            emails: components["schemas"]["EmailInput"][];
            /**
             * Tags
             * @default []
             */
            tags: string[];
            /**
             * Notes
             * @default
             */
            notes: string;
        };
        /**
         * ContactChanges
         * @description What to change of a contact: what is left out stays. Numbers, addresses and tags are replaced as a whole.
         */
        ContactChanges: {
            /**
             * Version
             * @description the version that was read; 409 if it has changed
             */
            version: number;
            /**
             * Name
             * @default
             */
            name: string;
            /** Company */
            company?: string | null;
            /** Company Id */
            company_id?: number | null;
            /** Owner Id */
            owner_id?: number | null;
            /**
             * Numbers
             * @default []
             */
            numbers: components["schemas"]["NumberInput"][];
            /**
             * Emails
             * @default []
             */
            emails: components["schemas"]["EmailInput"][];
            /**
             * Tags
             * @default []
             */
            tags: string[];
            /**
             * Notes
             * @default
             */
            notes: string;
        };
        /**
         * ActivityList
         * @description A page of a timeline, newest first.
         */
        ActivityList: {
            /** Items */
            items: components["schemas"]["ActivityView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * NewNote
         * @description A note to write.
         */
        NewNote: {
            /** Text */
            text: string;
        };
        /**
         * CompanyList
         * @description A page of companies, in order of name.
         */
        CompanyList: {
            /** Items */
            items: components["schemas"]["CompanyView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * NewCompany
         * @description A company to add. Without `owner_id` it belongs to whoever adds it.
         */
        NewCompany: {
            /** Name */
            name: string;
            /** Owner Id */
            owner_id?: number | null;
            /**
             * Numbers
             * @default []
             */
            numbers: components["schemas"]["NumberInput"][];
            /**
             * Emails
             * @default []
             */
            emails: components["schemas"]["EmailInput"][];
            /**
             * Tags
             * @default []
             */
            tags: string[];
            /**
             * Notes
             * @default
             */
            notes: string;
        };
        /**
         * CompanyChanges
         * @description What to change of a company: what is left out stays. Numbers, addresses and tags are replaced as a whole.
         */
        CompanyChanges: {
            /**
             * Version
             * @description the version that was read; 409 if it has changed
             */
            version: number;
            /**
             * Name
             * @default
             */
            name: string;
            /** Owner Id */
            owner_id?: number | null;
            /**
             * Numbers
             * @default []
             */
            numbers: components["schemas"]["NumberInput"][];
            /**
             * Emails
             * @default []
             */
            emails: components["schemas"]["EmailInput"][];
            /**
             * Tags
             * @default []
             */
            tags: string[];
            /**
             * Notes
             * @default
             */
            notes: string;
        };
        /**
         * LeadList
         * @description A page of leads, newest first.
         */
        LeadList: {
            /** Items */
            items: components["schemas"]["LeadView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * NewLead
         * @description A lead to add: a name, a number, or both. Without assignee and queue it is assigned to whoever adds it.
         */
        NewLead: {
            /** Name */
            name?: string | null;
            /** Number */
            number?: string | null;
            /**
             * Source
             * @default manual
             */
            source: string;
            /** Queue */
            queue?: string | null;
            /** @default new */
            status: components["schemas"]["LeadStatus"];
            /** Assignee Id */
            assignee_id?: number | null;
            /** Contact Id */
            contact_id?: number | null;
            /** Company Id */
            company_id?: number | null;
            /**
             * Notes
             * @default
             */
            notes: string;
        };
        /**
         * LeadChanges
         * @description What to change of a lead: what is left out stays.
         */
        LeadChanges: {
            /**
             * Version
             * @description the version that was read; 409 if it has changed
             */
            version: number;
            /** Name */
            name?: string | null;
            /** Number */
            number?: string | null;
            /** Queue */
            queue?: string | null;
            /** @default new */
            status: components["schemas"]["LeadStatus"];
            /** Assignee Id */
            assignee_id?: number | null;
            /** Contact Id */
            contact_id?: number | null;
            /** Company Id */
            company_id?: number | null;
            /**
             * Notes
             * @default
             */
            notes: string;
        };
        /**
         * TaskList
         * @description A page of tasks, in the order in which they are due; those without a date last.
         */
        TaskList: {
            /** Items */
            items: components["schemas"]["TaskView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * NewTask
         * @description A task to add. Without assignee and queue it is assigned to whoever adds it.
         */
        NewTask: {
            /** Title */
            title: string;
            /**
             * Notes
             * @default
             */
            notes: string;
            /**
             * Due At
             * Format: date-time
             */
            due_at?: string | null;
            /** Assignee Id */
            assignee_id?: number | null;
            /** Queue */
            queue?: string | null;
            /** Contact Id */
            contact_id?: number | null;
            /** Company Id */
            company_id?: number | null;
            /** Lead Id */
            lead_id?: number | null;
        };
        /**
         * TaskChanges
         * @description What to change of a task: what is left out stays.
         */
        TaskChanges: {
            /**
             * Version
             * @description the version that was read; 409 if it has changed
             */
            version: number;
            /**
             * Title
             * @default
             */
            title: string;
            /**
             * Notes
             * @default
             */
            notes: string;
            /**
             * Due At
             * Format: date-time
             */
            due_at?: string | null;
            /**
             * Done
             * @default false
             */
            done: boolean;
            /** Assignee Id */
            assignee_id?: number | null;
            /** Queue */
            queue?: string | null;
            /** Contact Id */
            contact_id?: number | null;
            /** Company Id */
            company_id?: number | null;
            /** Lead Id */
            lead_id?: number | null;
        };
        /**
         * CallNoteView
         * @description What whoever asks has written about a call so far; empty where they wrote nothing yet.
         *
         *     `contact_id` is whom they chose, where several people have the number; without, the note is on all of them.
         *     `outcome` is a key of `/api/v1/outcomes`. `follow_up_at` is by when the task `follow_up_task_id` is due.
         */
        CallNoteView: {
            /** Call Id */
            call_id: string;
            /** Text */
            text: string;
            /** Contact Id */
            contact_id: number | null;
            /** Outcome */
            outcome: string | null;
            /**
             * Follow Up At
             * Format: date-time
             */
            follow_up_at: string | null;
            /** Follow Up Task Id */
            follow_up_task_id: number | null;
            /**
             * Saved At
             * Format: date-time
             */
            saved_at: string | null;
        };
        /**
         * CallNoteText
         * @description A note about a call as it stands now, in place of what it was.
         *
         *     A `follow_up_at` makes a task for whoever writes, and changes or removes it later.
         */
        CallNoteText: {
            /** Text */
            text: string;
            /** Contact Id */
            contact_id?: number | null;
            /** Outcome */
            outcome?: string | null;
            /**
             * Follow Up At
             * Format: date-time
             */
            follow_up_at?: string | null;
        };
        /**
         * OutcomeView
         * @description What can come of a call.
         */
        OutcomeView: {
            /** Key */
            key: string;
            /** Name */
            name: string;
        };
        /**
         * OutcomeList
         * @description What can come of a call, in the order in which to offer it.
         */
        OutcomeList: {
            /** Items */
            items: components["schemas"]["OutcomeView"][];
        };
        /**
         * CallsShown
         * @description Which calls a list shows. `missed`: somebody called, and nobody answered. `live`: going on now.
         * @enum {string}
         */
        CallsShown: "all" | "missed" | "answered" | "live";
        /**
         * CallView
         * @description A call. `rang` and `answered_by` hold numbers or accounts of phones, each once, in order.
         */
        CallView: {
            /** Call Id */
            call_id: string;
            /** Node */
            node: string;
            /** Direction */
            direction: string | null;
            /** Caller Number */
            caller_number: string | null;
            /** Caller Name */
            caller_name: string | null;
            /** Dialed */
            dialed: string | null;
            /** Queue */
            queue: string | null;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /**
             * Answered At
             * Format: date-time
             */
            answered_at: string | null;
            /**
             * Ended At
             * Format: date-time
             */
            ended_at: string | null;
            /** Rang */
            rang: string[];
            /** Answered By */
            answered_by: string[];
            /** Outcome */
            outcome: string;
            /** Hangup By */
            hangup_by: string | null;
            /** Recorded */
            recorded: boolean;
        };
        /**
         * CallList
         * @description A page of calls, newest first.
         */
        CallList: {
            /** Items */
            items: components["schemas"]["CallView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * FactView
         * @description Something that happened in a call; `data` has what its kind tells.
         */
        FactView: {
            /** Kind */
            kind: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Data */
            data: {
                [key: string]: unknown;
            };
        };
        /**
         * OfferView
         * @description Whose phone rang, what came of it, and `why` it was theirs (None where the PBX decided).
         */
        OfferView: {
            /** User Id */
            user_id: number;
            /** Account */
            account: string;
            /** Queue */
            queue: string | null;
            /** Source */
            source: string;
            /**
             * Offered At
             * Format: date-time
             */
            offered_at: string;
            /** Outcome */
            outcome: string;
            /** Why */
            why: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * RecordingView
         * @description The recording of a call: how far it has come, and its length, None until that is known.
         */
        RecordingView: {
            /** Id */
            id: number;
            /** State */
            state: string;
            /** Problem */
            problem: string | null;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** Seconds */
            seconds: number | null;
        };
        /**
         * TranscriptView
         * @description What was said: all of a side as one text, and the dialogue.
         */
        TranscriptView: {
            /** Text */
            text: {
                [key: string]: string;
            };
            /** Turns */
            turns: components["schemas"]["TurnView"][];
        };
        /**
         * TurnView
         * @description What one side says until the other's turn begins. `speaker` is `caller` or `agent`.
         */
        TurnView: {
            /** Speaker */
            speaker: string;
            /** Text */
            text: string;
            /** Words */
            words: components["schemas"]["WordView"][];
        };
        /**
         * WordView
         * @description A word, from `start` to `end` in seconds of the recording; `confidence` is 0 to 1.
         */
        WordView: {
            /** Text */
            text: string;
            /** Start */
            start: number;
            /** End */
            end: number;
            /** Confidence */
            confidence: number;
        };
        /**
         * CallDetails
         * @description A call with its story: what happened, to whom it was offered and why, what was recorded and said.
         */
        CallDetails: {
            call: components["schemas"]["CallView"];
            /** Facts */
            facts: components["schemas"]["FactView"][];
            /** Offers */
            offers: components["schemas"]["OfferView"][];
            recording: components["schemas"]["RecordingView"] | null;
            transcript: components["schemas"]["TranscriptView"] | null;
        };
        /**
         * BoardAgentView
         * @description An agent, their state since when, why not ready, and out of which queue the call at their phone came.
         */
        BoardAgentView: {
            /** User Id */
            user_id: number;
            /** Name */
            name: string;
            /** Account */
            account: string;
            /** State */
            state: string;
            /**
             * Since
             * Format: date-time
             */
            since: string | null;
            /** Reason */
            reason: string | null;
            /** Queue */
            queue: string | null;
        };
        /**
         * BoardCallerView
         * @description Somebody who waits, and `why` they still do. `agent` is the user whose phone rings for them.
         */
        BoardCallerView: {
            /** Key */
            key: string;
            /** Call Id */
            call_id: string;
            /** Queue */
            queue: string;
            /** Number */
            number: string | null;
            /** Name */
            name: string | null;
            /** Contact Id */
            contact_id: number | null;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Priority */
            priority: number;
            /** Why */
            why: string;
            /** Agent */
            agent: number | null;
        };
        /**
         * BoardQueueView
         * @description A queue: `waiting` callers whom nobody has answered, the longest of them since `longest_since`; its members by
         *     state; and how many calls of the day were `answered` and `abandoned`.
         */
        BoardQueueView: {
            /** Name */
            name: string;
            /** Waiting */
            waiting: number;
            /**
             * Longest Since
             * Format: date-time
             */
            longest_since: string | null;
            /** Agents */
            agents: {
                [key: string]: number;
            };
            /** Answered */
            answered: number;
            /** Abandoned */
            abandoned: number;
        };
        /**
         * BoardView
         * @description The board at this moment. `day` is the one of `answered` and `abandoned`, `waiting` is in the callers' order.
         */
        BoardView: {
            /**
             * Day
             * Format: date
             */
            day: string;
            /** Queues */
            queues: components["schemas"]["BoardQueueView"][];
            /** Waiting */
            waiting: components["schemas"]["BoardCallerView"][];
            /** Agents */
            agents: components["schemas"]["BoardAgentView"][];
        };
        /**
         * AgentView
         * @description An agent: what they asked for (`wanted`), and the `state` that follows with phone and calls.
         */
        AgentView: {
            /** User Id */
            user_id: number;
            /** Name */
            name: string;
            /** Account */
            account: string;
            /** State */
            state: string;
            /**
             * Since
             * Format: date-time
             */
            since: string | null;
            /** Wanted */
            wanted: string;
            /**
             * Wanted Since
             * Format: date-time
             */
            wanted_since: string;
            /** Reason */
            reason: string | null;
            /**
             * Wrap Up Until
             * Format: date-time
             */
            wrap_up_until: string | null;
        };
        /**
         * Wanted
         * @description The state that an agent asked for.
         * @enum {string}
         */
        Wanted: "ready" | "not_ready" | "signed_out";
        /**
         * WantedState
         * @description What an agent asks for; `reason` says why not.
         */
        WantedState: {
            wanted: components["schemas"]["Wanted"];
            /** Reason */
            reason?: string | null;
        };
        /**
         * WrapUpChange
         * @description What an agent does with their after-call work: 30 s more, or no more of it.
         * @enum {string}
         */
        WrapUpChange: "extend" | "done";
        /**
         * WrapUpAction
         * @description What to do with the after-call work that goes on.
         */
        WrapUpAction: {
            action: components["schemas"]["WrapUpChange"];
        };
        /**
         * StayView
         * @description A time in one state; `until` is null while it lasts. `changed_by`: panel, phone (by a code), or system.
         */
        StayView: {
            /** State */
            state: string;
            /** Wanted */
            wanted: string;
            /** Reason */
            reason: string | null;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Until
             * Format: date-time
             */
            until: string | null;
            /** Changed By */
            changed_by: string;
        };
        /**
         * StayList
         * @description A page of an agent's states, oldest first.
         */
        StayList: {
            /** Items */
            items: components["schemas"]["StayView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * CallToEnd
         * @description The call to end.
         */
        CallToEnd: {
            /** Call Id */
            call_id: string;
        };
        /**
         * PbxView
         * @description What the settings file says of the PBX, as far as people who set up phones, queues and numbers need it.
         */
        PbxView: {
            /** Node */
            node: string;
            /** Sip Host */
            sip_host: string | null;
            /** Sip Port */
            sip_port: number;
            /** Music */
            music: string[];
            /** Default Queue */
            default_queue: string | null;
        };
        /**
         * PhoneView
         * @description A SIP account that a telephone registers with. Its password is told when it is made, and never again.
         */
        PhoneView: {
            /** Id */
            id: number;
            /** Account */
            account: string;
            /** Name */
            name: string;
            /** Browser */
            browser: boolean;
            /** Reachable */
            reachable: boolean | null;
        };
        /**
         * PhoneList
         * @description A page of phones, in order of account.
         */
        PhoneList: {
            /** Items */
            items: components["schemas"]["PhoneView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * NewPhone
         * @description A phone to add; its password is made. `browser`: it is the one in the panel.
         */
        NewPhone: {
            /** Account */
            account: string;
            /**
             * Name
             * @default
             */
            name: string;
            /**
             * Browser
             * @default false
             */
            browser: boolean;
        };
        /**
         * PhoneSecret
         * @description A phone with its new password.
         */
        PhoneSecret: {
            /** Id */
            id: number;
            /** Account */
            account: string;
            /** Name */
            name: string;
            /** Browser */
            browser: boolean;
            /** Reachable */
            reachable: boolean | null;
            /** Secret */
            secret: string;
        };
        /**
         * PhoneChange
         * @description What is to be different.
         */
        PhoneChange: {
            /** Account */
            account?: string | null;
            /** Name */
            name?: string | null;
            /** Browser */
            browser?: boolean | null;
        };
        /**
         * QueueView
         * @description A queue: who serves it (accounts of phones), and how.
         */
        QueueView: {
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Label */
            label: string;
            /** Members */
            members: string[];
            /** Strategy */
            strategy: string;
            /** Ring Seconds */
            ring_seconds: number;
            /** Wrap Up Seconds */
            wrap_up_seconds: number;
            /** Music */
            music: string;
        };
        /**
         * QueueList
         * @description A page of queues, in order of name.
         */
        QueueList: {
            /** Items */
            items: components["schemas"]["QueueView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * NewQueue
         * @description A queue to add.
         */
        NewQueue: {
            /** Name */
            name: string;
            /**
             * Label
             * @default
             */
            label: string;
            /**
             * Members
             * @default []
             */
            members: string[];
            /**
             * Strategy
             * @default fewestcalls
             * @enum {string}
             */
            strategy: "fewestcalls" | "ringall" | "leastrecent" | "rrmemory" | "random" | "linear" | "wrandom";
            /**
             * Ring Seconds
             * @default 20
             */
            ring_seconds: number;
            /**
             * Wrap Up Seconds
             * @default 15
             */
            wrap_up_seconds: number;
            /**
             * Music
             * @default default
             */
            music: string;
        };
        /**
         * QueueChange
         * @description What is to be different; `members` are replaced as a whole.
         */
        QueueChange: {
            /** Name */
            name?: string | null;
            /** Label */
            label?: string | null;
            /** Members */
            members?: string[] | null;
            /**
             * Strategy
             * @enum {string|null}
             */
            strategy?: "fewestcalls" | "ringall" | "leastrecent" | "rrmemory" | "random" | "linear" | "wrandom" | null;
            /** Ring Seconds */
            ring_seconds?: number | null;
            /** Wrap Up Seconds */
            wrap_up_seconds?: number | null;
            /** Music */
            music?: string | null;
        };
        /**
         * DialedNumberView
         * @description A number that callers dial, and where it leads: to a queue, a phone of the company, or an announcement.
         *
         *     `early_media`: it is not answered before an agent answers; the caller hears ringing till then and pays nothing.
         */
        DialedNumberView: {
            /** Id */
            id: number;
            /** Number */
            number: string;
            /** Destination */
            destination: components["schemas"]["ToQueue"] | components["schemas"]["ToExtension"] | components["schemas"]["ToAnnouncement"];
            /** Early Media */
            early_media: boolean;
        };
        /**
         * ToAnnouncement
         * @description A sound of Asterisk's is played, then it is hung up.
         */
        ToAnnouncement: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "announcement";
            /** Sound */
            sound: string;
        };
        /**
         * ToExtension
         * @description To a phone of the company, by its account, for so many seconds. It need not be anybody's.
         */
        ToExtension: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "extension";
            /** Extension */
            extension: string;
            /**
             * Ring Seconds
             * @default 25
             */
            ring_seconds: number;
        };
        /**
         * ToQueue
         * @description To whoever serves the queue.
         */
        ToQueue: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "queue";
            /** Queue */
            queue: string;
        };
        /**
         * NumberList
         * @description A page of numbers, in their order as texts.
         */
        NumberList: {
            /** Items */
            items: components["schemas"]["DialedNumberView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * NewNumber
         * @description A number to add.
         */
        NewNumber: {
            /** Number */
            number: string;
            /** Destination */
            destination: components["schemas"]["ToQueue"] | components["schemas"]["ToExtension"] | components["schemas"]["ToAnnouncement"];
            /**
             * Early Media
             * @default false
             */
            early_media: boolean;
        };
        /**
         * NumberChange
         * @description What is to be different.
         */
        NumberChange: {
            /** Number */
            number?: string | null;
            /**
             * Destination
             * @default null
             */
            destination: (components["schemas"]["ToQueue"] | components["schemas"]["ToExtension"] | components["schemas"]["ToAnnouncement"]) | null;
            /** Early Media */
            early_media?: boolean | null;
        };
        /**
         * SoundList
         * @description A page of the sounds that Asterisk has, in order of name. `problem`: why it could not be asked.
         */
        SoundList: {
            /** Items */
            items: string[];
            /** Next Cursor */
            next_cursor: string | null;
            /** Problem */
            problem: string | null;
        };
        /**
         * TrunkView
         * @description A way to the outside. `has_secret`: it signs its calls; the password is never told.
         */
        TrunkView: {
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Match */
            match: string[];
            /** Host */
            host: string | null;
            /** Port */
            port: number;
            /** Username */
            username: string | null;
            /** From User */
            from_user: string | null;
            /** Has Secret */
            has_secret: boolean;
        };
        /**
         * TrunkList
         * @description A page of trunks, in order of name.
         */
        TrunkList: {
            /** Items */
            items: components["schemas"]["TrunkView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * NewTrunk
         * @description A trunk to add: `match` says where its calls come from, `host` where calls to the outside go.
         */
        NewTrunk: {
            /** Name */
            name: string;
            /**
             * Match
             * @default []
             */
            match: string[];
            /** Host */
            host?: string | null;
            /**
             * Port
             * @default 5060
             */
            port: number;
            /** Username */
            username?: string | null;
            /** Secret */
            secret?: string | null;
            /** From User */
            from_user?: string | null;
        };
        /**
         * TrunkChange
         * @description What is to be different; null takes a value away.
         */
        TrunkChange: {
            /** Name */
            name?: string | null;
            /** Match */
            match?: string[] | null;
            /** Host */
            host?: string | null;
            /** Port */
            port?: number | null;
            /** Username */
            username?: string | null;
            /** Secret */
            secret?: string | null;
            /** From User */
            from_user?: string | null;
        };
        /**
         * ChangeView
         * @description A difference that a publication makes. `text` says it in English, the rest says it to machines.
         */
        ChangeView: {
            /**
             * What
             * @enum {string}
             */
            what: "added" | "removed" | "changed";
            /** Kind */
            kind: string;
            /** Name */
            name: string;
            /** Text */
            text: string;
            /** Field */
            field: string | null;
            /** Before */
            before: unknown;
            /** After */
            after: unknown;
        };
        /**
         * PublicationView
         * @description A publication: what came of it, and what it changed. `id` is null where nothing was written down.
         */
        PublicationView: {
            /** Id */
            id: number | null;
            result: components["schemas"]["Result"];
            /** Dry Run */
            dry_run: boolean;
            /**
             * At
             * Format: date-time
             */
            at: string | null;
            /** User Id */
            user_id: number | null;
            /** Changes */
            changes: components["schemas"]["ChangeView"][];
            /** Files */
            files: string[];
            /** Problem */
            problem: string | null;
            /** Warnings */
            warnings: string[];
            /** Needs Restart */
            needs_restart: string[];
        };
        /**
         * Result
         * @description What came of a publication.
         * @enum {string}
         */
        Result: "published" | "unchanged" | "refused" | "failed";
        /**
         * PublicationList
         * @description A page of publications, newest first.
         */
        PublicationList: {
            /** Items */
            items: components["schemas"]["PublicationView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * NewPublication
         * @description A wish to publish; with `dry_run` only to know what would change.
         */
        NewPublication: {
            /**
             * Dry Run
             * @default false
             */
            dry_run: boolean;
        };
        /**
         * FieldProblem
         * @description What is wrong with one field: `field` is its path (`numbers[2]`), `where` the part of the request with it.
         */
        FieldProblem: {
            /** Field */
            field: string;
            /** Reason */
            reason: string;
            /** Where */
            where: string;
        };
        /**
         * Problem
         * @description Why a request was not carried out.
         */
        Problem: {
            /** Title */
            title: string;
            /** Status */
            status: number;
            /** Detail */
            detail?: string | null;
            /**
             * Errors
             * @default []
             */
            errors: components["schemas"]["FieldProblem"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Whoever asks showed a token, which has no session */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "login": "anna",
                 *       "password": "correct horse battery staple"
                 *     }
                 */
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Login and password do not fit */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many tries; Retry-After says when the next is possible */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Whoever asks showed a token, which has no session */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_me_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "current": "correct horse battery staple",
                 *       "new": "wrong donkey charger pin"
                 *     }
                 */
                "application/json": components["schemas"]["NewOwnPassword"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many tries; Retry-After says when the next is possible */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_users: {
        parameters: {
            query?: {
                q?: string;
                active?: boolean | null;
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_users: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "login": "anna",
                 *       "name": "Anna Petrova",
                 *       "role": "agent",
                 *       "phone": "1001",
                 *       "team_ids": []
                 *     }
                 */
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_users_user_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_users_user_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Anna Petrova",
                 *       "active": true
                 *     }
                 */
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than they are in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_users_user_id_password: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "correct horse battery staple"
                 *     }
                 */
                "application/json": components["schemas"]["NewPassword"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_users_user_id_tokens: {
        parameters: {
            query?: {
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_users_user_id_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "label": "reporting",
                 *       "scopes": [
                 *         "read:call",
                 *         "read:contact"
                 *       ],
                 *       "expires_at": "2030-01-01T00:00:00Z"
                 *     }
                 */
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedTokenView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_users_user_id_tokens_token_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: number;
                token_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_roles: {
        parameters: {
            query?: {
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_roles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "trainee",
                 *       "description": "Listens and learns",
                 *       "rights": [
                 *         {
                 *           "thing": "call",
                 *           "action": "read",
                 *           "scope": "own"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NewRole"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_roles_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                role: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_roles_role: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                role: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody has it, or the product comes with it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_roles_role: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                role: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "rights": [
                 *         {
                 *           "thing": "call",
                 *           "action": "read",
                 *           "scope": "team"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["RoleChange"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_teams: {
        parameters: {
            query?: {
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_teams: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Night shift",
                 *       "members": []
                 *     }
                 */
                "application/json": components["schemas"]["NewTeam"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_teams_team_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                team_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_teams_team_id: {
        parameters: {
            query?: {
                move_members_to?: number | null;
            };
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                team_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody is in it, and `move_members_to` names no other team */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_teams_team_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                team_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Late shift"
                 *     }
                 */
                "application/json": components["schemas"]["TeamChange"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_audit: {
        parameters: {
            query?: {
                user_id?: number | null;
                thing?: string;
                thing_id?: string;
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_callers: {
        parameters: {
            query?: {
                number?: string;
                /** @description activities of each record */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallerView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_contacts: {
        parameters: {
            query?: {
                q?: string;
                tag?: string;
                owner_id?: number | null;
                company_id?: number | null;
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContactList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_contacts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Somchai Jaidee",
                 *       "company": "Siam Trading",
                 *       "numbers": [
                 *         {
                 *           "typed": "02 123 4567",
                 *           "kind": "work"
                 *         },
                 *         "081 234 5678"
                 *       ],
                 *       "emails": [
                 *         {
                 *           "typed": "somchai@example.com",
                 *           "kind": "work"
                 *         }
                 *       ],
                 *       "tags": [
                 *         "gold"
                 *       ],
                 *       "notes": "Prefers to be called in the morning."
                 *     }
                 */
                "application/json": components["schemas"]["NewContact"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContactView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_contacts_contact_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                contact_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContactView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_contacts_contact_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                contact_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "version": 1,
                 *       "tags": [
                 *         "gold",
                 *         "wholesale"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["ContactChanges"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContactView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_contacts_contact_id_timeline: {
        parameters: {
            query?: {
                kind?: "" | "call" | "note" | "task" | "system";
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                contact_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_contacts_contact_id_notes: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                contact_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "Asked for a quotation."
                 *     }
                 */
                "application/json": components["schemas"]["NewNote"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_companies: {
        parameters: {
            query?: {
                q?: string;
                tag?: string;
                owner_id?: number | null;
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_companies: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Siam Trading",
                 *       "numbers": [
                 *         "02 123 4500"
                 *       ],
                 *       "tags": [
                 *         "wholesale"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NewCompany"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_companies_company_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                company_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_companies_company_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                company_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "version": 1,
                 *       "notes": "Invoices go to the head office."
                 *     }
                 */
                "application/json": components["schemas"]["CompanyChanges"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_companies_company_id_timeline: {
        parameters: {
            query?: {
                kind?: "" | "call" | "note" | "task" | "system";
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                company_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_companies_company_id_notes: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                company_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "Asked for a quotation."
                 *     }
                 */
                "application/json": components["schemas"]["NewNote"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_leads: {
        parameters: {
            query?: {
                q?: string;
                status?: "" | "open" | "new" | "working" | "won" | "lost";
                queue?: string;
                assignee_id?: number | null;
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeadList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_leads: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Somebody from the fair",
                 *       "number": "081 234 5678",
                 *       "source": "fair"
                 *     }
                 */
                "application/json": components["schemas"]["NewLead"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeadView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_leads_lead_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                lead_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeadView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_leads_lead_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                lead_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "version": 1,
                 *       "status": "working"
                 *     }
                 */
                "application/json": components["schemas"]["LeadChanges"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeadView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_leads_lead_id_timeline: {
        parameters: {
            query?: {
                kind?: "" | "call" | "note" | "task" | "system";
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                lead_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_leads_lead_id_notes: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                lead_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "Asked for a quotation."
                 *     }
                 */
                "application/json": components["schemas"]["NewNote"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_tasks: {
        parameters: {
            query?: {
                done?: boolean | null;
                assignee_id?: number | null;
                queue?: string;
                contact_id?: number | null;
                company_id?: number | null;
                lead_id?: number | null;
                due_before?: string | null;
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_tasks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "title": "Send the price list",
                 *       "due_at": "2030-01-01T09:00:00+07:00"
                 *     }
                 */
                "application/json": components["schemas"]["NewTask"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_tasks_task_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_tasks_task_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                task_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "version": 1,
                 *       "done": true
                 *     }
                 */
                "application/json": components["schemas"]["TaskChanges"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_calls_call_id_note: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                call_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallNoteView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_calls_call_id_note: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "Asked for a quotation."
                 *     }
                 */
                "application/json": components["schemas"]["CallNoteText"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallNoteView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_outcomes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutcomeList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_calls: {
        parameters: {
            query?: {
                show?: components["schemas"]["CallsShown"];
                q?: string;
                user_id?: number | null;
                queue?: string;
                since?: string | null;
                until?: string | null;
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_calls_call_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                call_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallDetails"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_board: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BoardView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_agents_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Whoever asks takes no calls */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_agents_me_state: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "wanted": "not_ready",
                 *       "reason": "lunch"
                 *     }
                 */
                "application/json": components["schemas"]["WantedState"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Whoever asks takes no calls */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_agents_me_wrap_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "action": "extend"
                 *     }
                 */
                "application/json": components["schemas"]["WrapUpAction"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Whoever asks takes no calls */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_agents_user_id_states: {
        parameters: {
            query?: {
                since?: string | null;
                until?: string | null;
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StayList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_desk_hang_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "call_id": "main-1764000000.1"
                 *     }
                 */
                "application/json": components["schemas"]["CallToEnd"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_pbx: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PbxView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_phones: {
        parameters: {
            query?: {
                q?: string;
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhoneList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_phones: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "account": "1001",
                 *       "name": "Anna's desk"
                 *     }
                 */
                "application/json": components["schemas"]["NewPhone"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhoneSecret"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_phones_phone_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                phone_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhoneView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_phones_phone_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                phone_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_phones_phone_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                phone_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Front desk"
                 *     }
                 */
                "application/json": components["schemas"]["PhoneChange"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhoneView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_phones_phone_id_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                phone_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhoneSecret"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_queues: {
        parameters: {
            query?: {
                q?: string;
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_queues: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "sales",
                 *       "label": "Sales",
                 *       "members": [],
                 *       "ring_seconds": 20,
                 *       "wrap_up_seconds": 15
                 *     }
                 */
                "application/json": components["schemas"]["NewQueue"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_queues_queue_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                queue_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_queues_queue_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                queue_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_queues_queue_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                queue_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "ring_seconds": 25
                 *     }
                 */
                "application/json": components["schemas"]["QueueChange"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_numbers: {
        parameters: {
            query?: {
                q?: string;
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NumberList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_numbers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "number": "029990000",
                 *       "destination": {
                 *         "kind": "queue",
                 *         "queue": "sales"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["NewNumber"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DialedNumberView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_numbers_number_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DialedNumberView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_numbers_number_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                number_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_numbers_number_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                number_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "early_media": true
                 *     }
                 */
                "application/json": components["schemas"]["NumberChange"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DialedNumberView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_sounds: {
        parameters: {
            query?: {
                q?: string;
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SoundList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_trunks: {
        parameters: {
            query?: {
                q?: string;
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrunkList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_trunks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "provider",
                 *       "match": [
                 *         "203.0.113.0/28"
                 *       ],
                 *       "host": "sip.example.com",
                 *       "port": 5060
                 *     }
                 */
                "application/json": components["schemas"]["NewTrunk"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrunkView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_trunks_trunk_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trunk_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrunkView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_trunks_trunk_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                trunk_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_trunks_trunk_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `ETag` of the state that is to be changed; without it, whichever it is in
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                trunk_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "port": 5070
                 *     }
                 */
                "application/json": components["schemas"]["TrunkChange"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrunkView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` names another state than it is in */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_publications: {
        parameters: {
            query?: {
                /** @description rows of one page */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicationList"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_publications: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "dry_run": true
                 *     }
                 */
                "application/json": components["schemas"]["NewPublication"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicationView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else has changed it meanwhile, or it is not in a state for that */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asterisk does not run, or this service has none */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_publications_publication_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                publication_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicationView"];
                };
            };
            /** @description The request can't be read: its body is no JSON object, say, or its address is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No token or session, or one that is no good */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role may not do that, or a change by session lacks its CSRF token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing, or not for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a value that can't be taken; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
