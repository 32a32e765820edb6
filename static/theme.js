/* sources 00b809dd96fe7225cf27ca5e7fad7802b21022b1dd029439a4e5b6bbd42e170b */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
