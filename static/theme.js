/* sources 9b068a302d5eeff75f93a740c2735e26a873c672f6e3523c053339ddbce23cc5 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
